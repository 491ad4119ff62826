// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {FixedTargetRelay} from "../src/bitcoin/FixedTargetRelay.sol";
import {Header} from "../src/bitcoin/Header.sol";
import {IRelay} from "../src/bitcoin/IRelay.sol";
import {Spv} from "../src/bitcoin/Spv.sol";
import {Transaction} from "../src/bitcoin/Transaction.sol";
import {Claims} from "./Claims.sol";
import {SpvProbe} from "./SpvProbe.sol";
import {Test} from "./Vm.sol";

/// @notice Blocks of the main chain, whose hashes are the proof of their bytes, and blocks that are made here.
contract SpvTest is Test {
    /// @dev Every second hash meets it.
    uint256 internal constant EASY = 0x7fffff << 232;
    bytes internal constant SCRIPT = hex"00145050505050505050505050505050505050505050";

    SpvProbe internal probe;
    SpvProbe internal mainnet = new SpvProbe(new FixedTargetRelay(0x1b04864c));

    function setUp() external {
        vm.warp(1_700_000_000);
        probe = new SpvProbe(new FixedTargetRelay(0x207fffff));
    }

    // The main chain.

    /// @dev The first payment there was: block 170, two transactions.
    function test_block170() external {
        SpvProbe easiest = new SpvProbe(new FixedTargetRelay(0x1d00ffff));
        Spv.Proof memory proof;
        proof.headers =
            hex"0100000055bd840a78798ad0da853f68974f3d183e2bd1db6a842c1feecf222a00000000ff104ccb05421ab93e63f8c3ce5c2c2e9dbb37de2764b3a3175c8166562cac7d51b96a49ffff001d283e9e70";
        proof.transaction =
            hex"0100000001c997a5e56e104102fa209c6a852dd90660a20b2d9c352423edce25857fcd3704000000004847304402204e45e16932b8af514961a1d3a1a25fdf3f4f7732e9d624c6c61548ab5fb8cd410220181522ec8eca07de4860a4acdd12909d831cc56cbbac4622082221a8768d1d0901ffffffff0200ca9a3b00000000434104ae1a62fe09c5f51b13905f07f06b99a2f7159b2225f374cd378d71302fa28414e7aab37397f554a7df5f142c21c1b7303b8a0626f1baded5c72a704f7e6cd84cac00286bee0000000043410411db93e1dcdb8a016b49840f8c53bc1eb68a382e97b1482ecad7b148a6909a5cb2e0eaddfb84ccf9744464f82e160bfa9b8b64f9d4c03f999b8643f656b412a3ac00000000";
        bytes memory coinbase =
            hex"01000000010000000000000000000000000000000000000000000000000000000000000000ffffffff0704ffff001d0102ffffffff0100f2052a01000000434104d46c4968bde02899d2aa0963367c7a6ce34eec332b32e42e5f3407e052d64ac625da6f0718e7b302140434bd725706957c092db53805b821a85b23a7ac61725bac00000000";
        proof.index = 1;
        proof.branch = new bytes32[](1);
        proof.branch[0] = Claims.sha256d(coinbase);
        proof.coinbasePreimage = sha256(coinbase);
        proof.coinbaseBranch = new bytes32[](1);
        proof.coinbaseBranch[0] = Claims.sha256d(proof.transaction);
        bytes memory to =
            hex"4104ae1a62fe09c5f51b13905f07f06b99a2f7159b2225f374cd378d71302fa28414e7aab37397f554a7df5f142c21c1b7303b8a0626f1baded5c72a704f7e6cd84cac";
        (bytes32 txid, bytes32 first, uint256 time, uint256 sats) = easiest.prove(proof, to, 10e8);
        same("id", txid, 0x169e1e83e930853391bc6f35f605c6754cfead57cf8387639d3b4096c54f18f4);
        same("block", first, 0xeea2d48d2fced4346842835c659e493d323f06d4034469a8905714d100000000);
        same("time", time, 1_231_731_025);
        same("sats", sats, 10e8);

        vm.expectRevert(abi.encodeWithSelector(SpvProbe.Underpaid.selector, 10e8, 10e8 + 1));
        easiest.prove(proof, to, 10e8 + 1);
        vm.expectRevert(abi.encodeWithSelector(IRelay.WrongBits.selector, 0, 0x1d00ffff));
        mainnet.prove(proof, to, 10e8);
    }

    /// @dev Nine transactions, an odd number: the last one's siblings are itself.
    function test_lastOfNine() external view {
        Spv.Proof memory proof = _lastOfNine();
        (bytes32 txid, bytes32 first,, uint256 sats) =
            mainnet.prove(proof, hex"76a9144134e75a6fcb6042034aab5e18570cf1f844f54788ac", 15e6);
        same("id", txid, 0x201f4587ec86b58297edc2dd32d6fcd998aa794308aac802a8af3be0e081d674);
        same("block", first, 0xaff7e0c7dc29d227480c2aa79521419640a161023b51cdb28a3b010000000000);
        same("sats", sats, 15e6);

        // Core doubles the last node of an odd row (CVE-2012-2459), so index 9 leads to the root as well. It is the same
        // transaction with the same id: who credits an outpoint once, credits it once.
        proof.index = 9;
        (bytes32 again,,,) = mainnet.prove(proof, "", 0);
        same("same id", again, txid);
    }

    /// @dev Any single bit, in any part. A header's hash is then beyond its target, for all that can be computed.
    function testFuzz_anyBit(uint256 bit) external view {
        Spv.Proof memory proof = _lastOfNine();
        uint256 headers = 640;
        uint256 transaction = 8 * proof.transaction.length;
        bit %= headers + transaction + 256 + 256 + 1024 + 1024;
        if (bit < headers) {
            _flip(proof.headers, bit);
        } else if ((bit -= headers) < transaction) {
            _flip(proof.transaction, bit);
        } else if ((bit -= transaction) < 256) {
            proof.index ^= 1 << bit;
            if (proof.index == 9) return;
        } else if ((bit -= 256) < 256) {
            proof.coinbasePreimage ^= bytes32(1 << bit);
        } else if ((bit -= 256) < 1024) {
            proof.branch[bit / 256] ^= bytes32(1 << bit % 256);
        } else {
            bit -= 1024;
            proof.coinbaseBranch[bit / 256] ^= bytes32(1 << bit % 256);
        }
        (bool ok, bytes memory error) = address(mainnet).staticcall(abi.encodeCall(mainnet.prove, (proof, "", 0)));
        hold("refused", !ok);
        hold("by name", error.length >= 36 || bytes4(error) == Spv.CoinbasePayment.selector);
    }

    // Blocks that are made here.

    /// @dev Any place of any block, with 1 to 8 headers.
    function testFuzz_anyPlace(uint256 seed, uint256 size, uint256 place, uint256 count) external view {
        size = within(size, 2, 40);
        place = within(place, 1, size - 1);
        (bytes[] memory raw, bytes32[] memory ids) = _block(seed, size);
        Spv.Proof memory proof = _proof(raw, ids, place, within(count, 1, 8), seed);
        (bytes32 txid, bytes32 first, uint256 time, uint256 sats) = probe.prove(proof, SCRIPT, 0);
        same("id", txid, Claims.sha256d(raw[place]));
        same("first", uint256(first), uint256(Claims.sha256d(_firstHeader(proof))));
        same("time", time, 1_700_000_000);
        same("sats", sats, 3 * place + 1);

        // The same at any place that is not its own.
        proof.index = 1 + (place + seed % (size - 1)) % (size - 1);
        if (proof.index == place) return;
        (bool ok,) = address(probe).staticcall(abi.encodeCall(probe.prove, (proof, SCRIPT, 0)));
        hold("at one place", !ok);
    }

    function test_coinbasePayment() external {
        (bytes[] memory raw, bytes32[] memory ids) = _block(1, 5);
        Spv.Proof memory proof = _proof(raw, ids, 0, 1, 1);
        vm.expectRevert(Spv.CoinbasePayment.selector);
        probe.prove(proof, SCRIPT, 0);
    }

    function test_indexLengthened() external {
        (bytes[] memory raw, bytes32[] memory ids) = _block(1, 8);
        Spv.Proof memory proof = _proof(raw, ids, 5, 1, 1);
        uint256[3] memory added = [uint256(8), 1 << 32, 1 << 255];
        for (uint256 i; i < 3; ++i) {
            proof.index = 5 + added[i];
            vm.expectRevert(abi.encodeWithSelector(Spv.IndexBeyondTree.selector, proof.index, 3));
            probe.prove(proof, SCRIPT, 0);
        }
    }

    /// @dev A block of the coinbase alone has no place for a payment.
    function test_noBranch() external {
        (bytes[] memory raw, bytes32[] memory ids) = _block(1, 1);
        Spv.Proof memory proof = _proof(raw, ids, 0, 1, 1);
        proof.index = 1;
        vm.expectRevert(abi.encodeWithSelector(Spv.IndexBeyondTree.selector, 1, 0));
        probe.prove(proof, SCRIPT, 0);
    }

    function test_branchLengths() external {
        (bytes[] memory raw, bytes32[] memory ids) = _block(1, 8);
        Spv.Proof memory proof = _proof(raw, ids, 5, 1, 1);
        proof.coinbaseBranch = new bytes32[](4);
        vm.expectRevert(abi.encodeWithSelector(Spv.BranchLengths.selector, 3, 4));
        probe.prove(proof, SCRIPT, 0);
        proof.coinbaseBranch = new bytes32[](2);
        vm.expectRevert(abi.encodeWithSelector(Spv.BranchLengths.selector, 3, 2));
        probe.prove(proof, SCRIPT, 0);

        proof.branch = Claims.branchOf(32, 1);
        proof.coinbaseBranch = Claims.branchOf(32, 2);
        vm.expectPartialRevert(Spv.TransactionNotInBlock.selector);
        probe.prove(proof, SCRIPT, 0);
        proof.branch = Claims.branchOf(33, 1);
        proof.coinbaseBranch = Claims.branchOf(33, 2);
        vm.expectRevert(abi.encodeWithSelector(Spv.BranchLength.selector, 33, 32));
        probe.prove(proof, SCRIPT, 0);
    }

    function test_notInBlock() external {
        (bytes[] memory raw, bytes32[] memory ids) = _block(1, 8);
        Spv.Proof memory proof = _proof(raw, ids, 5, 1, 1);
        bytes32 root = Claims.fold(ids[5], proof.branch, 5);
        proof.transaction = raw[4];
        vm.expectRevert(
            abi.encodeWithSelector(Spv.TransactionNotInBlock.selector, Claims.fold(ids[4], proof.branch, 5), root)
        );
        probe.prove(proof, SCRIPT, 0);

        proof.transaction = raw[5];
        proof.coinbasePreimage = sha256(raw[1]);
        vm.expectRevert(
            abi.encodeWithSelector(Spv.CoinbaseNotInBlock.selector, Claims.fold(ids[1], proof.coinbaseBranch, 0), root)
        );
        probe.prove(proof, SCRIPT, 0);
        // The right coinbase at another place than the first: its branch does not stand on its left edge.
        proof.coinbasePreimage = sha256(raw[0]);
        proof.coinbaseBranch[0] = ids[2];
        vm.expectPartialRevert(Spv.CoinbaseNotInBlock.selector);
        probe.prove(proof, SCRIPT, 0);
    }

    /// @dev An inner node as a transaction (CVE-2017-12842): branches shorter by one are equal, both lead to the root, and
    /// the sha256 of the inner node over the coinbase is known to all. Its 64 bytes betray it.
    function test_innerNodeAsTransaction() external {
        (bytes[] memory raw, bytes32[] memory ids) = _block(1, 8);
        Spv.Proof memory proof = _proof(raw, ids, 5, 1, 1);
        proof.transaction = abi.encodePacked(ids[4], ids[5]);
        proof.index = 2;
        proof.branch = _without(proof.branch);
        proof.coinbasePreimage = sha256(abi.encodePacked(ids[0], ids[1]));
        proof.coinbaseBranch = _without(proof.coinbaseBranch);
        vm.expectRevert(abi.encodeWithSelector(Transaction.TransactionLength.selector, 64, 65, 100_000));
        probe.prove(proof, SCRIPT, 0);
    }

    /// @dev A transaction as an inner node: a miner, or anybody who gets 64 bytes mined, puts a leaf of their own under it.
    /// The coinbase has no leaf at that depth.
    function test_transactionAsInnerNode() external {
        (bytes[] memory raw,) = _block(1, 4);
        bytes memory fake = Claims.transaction("never mined", 1, Claims.output(21e14, SCRIPT));
        bytes32 filler = keccak256("chosen until both halves together are a transaction");
        raw[2] = abi.encodePacked(Claims.sha256d(fake), filler);
        bytes32[] memory ids = _ids(raw);
        Spv.Proof memory proof = _proof(raw, ids, 2, 6, 1);
        proof.transaction = fake;
        proof.index = 4;
        proof.branch = _under(filler, proof.branch);
        vm.expectRevert(abi.encodeWithSelector(Spv.BranchLengths.selector, 3, 2));
        probe.prove(proof, SCRIPT, 0);

        // The best that can be shown: the first half of the coinbase as its child. No preimage of it is known.
        bytes32 root = Claims.fold(ids[0], proof.coinbaseBranch, 0);
        proof.coinbaseBranch = _under(bytes32("second half of the coinbase"), proof.coinbaseBranch);
        bytes32 found = Claims.fold(Claims.sha256d(raw[0]), proof.coinbaseBranch, 0);
        vm.expectRevert(abi.encodeWithSelector(Spv.CoinbaseNotInBlock.selector, found, root));
        probe.prove(proof, SCRIPT, 0);
    }

    /// @dev A witness form hashes to no id.
    function test_witnessForm() external {
        (bytes[] memory raw, bytes32[] memory ids) = _block(1, 4);
        Spv.Proof memory proof = _proof(raw, ids, 2, 1, 1);
        bytes memory body = new bytes(raw[2].length - 4);
        for (uint256 i; i < body.length; ++i) {
            body[i] = raw[2][i + 4];
        }
        proof.transaction = abi.encodePacked(hex"020000000001", body);
        vm.expectPartialRevert(Spv.TransactionNotInBlock.selector);
        probe.prove(proof, SCRIPT, 0);

        // In a block whose miner put it there as it is: no node takes that, but its work would count here.
        raw[2] = proof.transaction;
        proof = _proof(raw, _ids(raw), 2, 1, 1);
        vm.expectRevert(Transaction.WitnessForm.selector);
        probe.prove(proof, SCRIPT, 0);
    }

    /// @dev A block may hold anything where only its work is known. What is no transaction to its last byte pays nobody.
    function test_trailingInBlock() external {
        (bytes[] memory raw,) = _block(1, 4);
        raw[2] = abi.encodePacked(raw[2], hex"00");
        Spv.Proof memory proof = _proof(raw, _ids(raw), 2, 1, 1);
        vm.expectRevert(
            abi.encodeWithSelector(Transaction.TrailingBytes.selector, raw[2].length - 1, raw[2].length)
        );
        probe.prove(proof, SCRIPT, 0);
    }

    function test_headersLength() external {
        (bytes[] memory raw, bytes32[] memory ids) = _block(1, 4);
        Spv.Proof memory proof = _proof(raw, ids, 2, 2, 1);
        bytes memory headers = proof.headers;
        uint256[5] memory lengths = [uint256(0), 67, 79, 81, 159];
        for (uint256 i; i < 5; ++i) {
            proof.headers = new bytes(lengths[i]);
            for (uint256 j; j < lengths[i]; ++j) {
                proof.headers[j] = headers[j];
            }
            vm.expectRevert(abi.encodeWithSelector(Header.HeadersLength.selector, lengths[i]));
            probe.prove(proof, SCRIPT, 0);
        }
    }

    /// @dev The relay's refusals come through as they are.
    function test_relayRefuses() external {
        (bytes[] memory raw, bytes32[] memory ids) = _block(1, 4);
        Spv.Proof memory proof = _proof(raw, ids, 2, 3, 1);
        proof.headers[80 + 4] ^= 0x01;
        vm.expectRevert(abi.encodeWithSelector(Header.NotLinked.selector, 1));
        probe.prove(proof, SCRIPT, 0);
        vm.expectRevert(abi.encodeWithSelector(IRelay.WrongBits.selector, 0, 0x207fffff));
        mainnet.prove(proof, SCRIPT, 0);
    }

    function test_sumOfOutputs() external view {
        (bytes[] memory raw,) = _block(1, 4);
        bytes memory outputs = abi.encodePacked(
            Claims.output(5, SCRIPT), Claims.output(7, abi.encodePacked(SCRIPT, hex"00")), Claims.output(11, SCRIPT)
        );
        raw[2] = Claims.transaction("payment", 3, outputs);
        (,,, uint256 sats) = probe.prove(_proof(raw, _ids(raw), 2, 1, 1), SCRIPT, 16);
        same("sats", sats, 16);
    }

    function test_many() external view {
        (bytes[] memory raw, bytes32[] memory ids) = _block(1, 4);
        Spv.Proof memory proof = _proof(raw, ids, 2, 1, 1);
        bytes[] memory calls = new bytes[](2);
        calls[0] = abi.encodeCall(probe.prove, (proof, SCRIPT, 0));
        proof.index = 0;
        calls[1] = abi.encodeCall(probe.prove, (proof, SCRIPT, 0));
        bytes[] memory results = probe.many(calls);
        same(
            "taken",
            results[0],
            abi.encodePacked(true, ids[2], Claims.sha256d(proof.headers), uint256(1_700_000_000), uint256(7))
        );
        same("refused", results[1], abi.encodePacked(false, Spv.CoinbasePayment.selector));
    }

    /// @dev Execution alone, without what a transaction pays for its calldata.
    function test_gas() external {
        uint256 before = gasleft();
        SpvProbe deployed = new SpvProbe(new FixedTargetRelay(0x207fffff));
        vm.snapshotValue("spv", "deploy, with its relay", before - gasleft());
        vm.snapshotValue("spv", "size", address(deployed).code.length);
        (bytes[] memory raw, bytes32[] memory ids) = _block(1, 600);
        Spv.Proof memory proof = _proof(raw, ids, 500, 1, 1);
        probe.prove(proof, SCRIPT, 0);
        vm.snapshotGasLastCall("spv", "prove, branch of 10, 1 header");
        proof = _proof(raw, ids, 500, 6, 1);
        probe.prove(proof, SCRIPT, 0);
        vm.snapshotGasLastCall("spv", "prove, branch of 10, 6 headers");
    }

    function _flip(bytes memory data, uint256 bit) private pure {
        data[bit / 8] ^= bytes1(uint8(1 << bit % 8));
    }

    function _firstHeader(Spv.Proof memory proof) private pure returns (bytes memory header) {
        header = new bytes(80);
        for (uint256 i; i < 80; ++i) {
            header[i] = proof.headers[i];
        }
    }

    /// @dev A coinbase and payments: transaction i pays 3 i + 1 satoshis.
    function _block(uint256 seed, uint256 size) private pure returns (bytes[] memory raw, bytes32[] memory ids) {
        raw = new bytes[](size);
        for (uint256 i; i < size; ++i) {
            raw[i] = Claims.transaction(abi.encode(seed, i), 1, Claims.output(uint64(3 * i + 1), SCRIPT));
        }
        ids = _ids(raw);
    }

    function _ids(bytes[] memory raw) private pure returns (bytes32[] memory ids) {
        ids = new bytes32[](raw.length);
        for (uint256 i; i < raw.length; ++i) {
            ids[i] = Claims.sha256d(raw[i]);
        }
    }

    function _proof(bytes[] memory raw, bytes32[] memory ids, uint256 place, uint256 count, uint256 seed)
        private
        pure
        returns (Spv.Proof memory proof)
    {
        proof.transaction = raw[place];
        proof.index = place;
        proof.branch = _branch(ids, place);
        proof.coinbasePreimage = sha256(raw[0]);
        proof.coinbaseBranch = _branch(ids, 0);
        bytes32 root = Claims.fold(ids[0], proof.coinbaseBranch, 0);
        bytes32 tip = keccak256(abi.encode(seed, "parent"));
        for (uint256 i; i < count; ++i) {
            bytes memory header = abi.encodePacked(
                hex"00000020", tip, i == 0 ? root : keccak256(abi.encode(seed, i)), hex"00f15365ffff7f2000000000"
            );
            while (Claims.work(header) > EASY) {
                header[76] = bytes1(uint8(header[76]) + 1);
            }
            proof.headers = abi.encodePacked(proof.headers, header);
            tip = Claims.sha256d(header);
        }
    }

    /// @dev Row by row, as Core does: the last of an odd row is its own sibling.
    function _branch(bytes32[] memory row, uint256 place) private pure returns (bytes32[] memory branch) {
        uint256 depth;
        while (1 << depth < row.length) ++depth;
        branch = new bytes32[](depth);
        for (uint256 level; level < depth; ++level) {
            uint256 sibling = place ^ 1;
            branch[level] = row[sibling < row.length ? sibling : place];
            bytes32[] memory above = new bytes32[]((row.length + 1) / 2);
            for (uint256 i; i < above.length; ++i) {
                above[i] = Claims.sha256d(
                    abi.encodePacked(row[2 * i], row[2 * i + 1 < row.length ? 2 * i + 1 : 2 * i])
                );
            }
            row = above;
            place /= 2;
        }
    }

    function _under(bytes32 sibling, bytes32[] memory branch) private pure returns (bytes32[] memory longer) {
        longer = new bytes32[](branch.length + 1);
        longer[0] = sibling;
        for (uint256 i; i < branch.length; ++i) {
            longer[i + 1] = branch[i];
        }
    }

    function _without(bytes32[] memory branch) private pure returns (bytes32[] memory shorter) {
        shorter = new bytes32[](branch.length - 1);
        for (uint256 i; i < shorter.length; ++i) {
            shorter[i] = branch[i + 1];
        }
    }

    /// @dev The ninth transaction of 0000000000013b8ab2cd513b0261a14096412195a72a0c4827d229dcc7e0f7af.
    function _lastOfNine() private pure returns (Spv.Proof memory proof) {
        proof.headers =
            hex"0100000090f0a9f110702f808219ebea1173056042a714bad51b916cb6800000000000005275289558f51c9966699404ae2294730c3c9f9bda53523ce50e9b95e558da2fdb261b4d4c86041b1ab1bf93";
        proof.transaction =
            hex"01000000014e3f8ef2e91349a9059cb4f01e54ab2597c1387161d3da89919f7ea6acdbb371010000008c49304602210081f3183471a5ca22307c0800226f3ef9c353069e0773ac76bb580654d56aa523022100d4c56465bdc069060846f4fbf2f6b20520b2a80b08b168b31e66ddb9c694e240014104976c79848e18251612f8940875b2b08d06e6dc73b9840e8860c066b7e87432c477e9a59a453e71e6d76d5fe34058b800a098fc1740ce3012e8fc8a00c96af966ffffffff02c0e1e400000000001976a9144134e75a6fcb6042034aab5e18570cf1f844f54788ac404b4c00000000001976a9142b6ba7c9d796b75eef7942fc9288edd37c32f5c388ac00000000";
        proof.index = 8;
        proof.branch = new bytes32[](4);
        proof.branch[0] = 0x201f4587ec86b58297edc2dd32d6fcd998aa794308aac802a8af3be0e081d674;
        proof.branch[1] = 0x138a52c344251289401e0c28d9621c0d91fb1f325e875ac19c8387d6f1b58dbb;
        proof.branch[2] = 0xfc525e7447b34bcb7c42c1cd89a706900d211e2ba6363598c315122cdf3b41e7;
        proof.branch[3] = 0xbc56aae9c0b9a19d49250c9bf9bf90b3c1ee3ac9096410a1eb179e1e92f90a66;
        proof.coinbasePreimage = 0x089ac511d74e2b206e5bacba0dacd280e3dd12800e2a005e8973fe6f30e94426;
        proof.coinbaseBranch = new bytes32[](4);
        proof.coinbaseBranch[0] = 0x076d0317ee70ee36cf396a9871ab3bf6f8e6d538d7f8a9062437dcb71c75fcf9;
        proof.coinbaseBranch[1] = 0x522db339c186c1149843a4848990e6ddb9a6065f4bc1422af53f4bc86f1b084a;
        proof.coinbaseBranch[2] = 0x89189ff0316cdc10511da71da757e553cada9f3b5b1434f3923673adb57d83ca;
        proof.coinbaseBranch[3] = 0xac392c38af156d6fc30b55fad4112df2b95531e68114e9ad10011e72f7b7cfdb;
    }
}
