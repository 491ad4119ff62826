// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Coinbase} from "../src/bitcoin/Coinbase.sol";
import {Header} from "../src/bitcoin/Header.sol";
import {Sha256d} from "../src/bitcoin/Sha256d.sol";
import {Transaction} from "../src/bitcoin/Transaction.sol";
import {Claims} from "./Claims.sol";
import {Test} from "./Vm.sol";

/// @notice The libraries take calldata, so they are called from outside.
contract Bitcoin {
    function hash(bytes calldata data) external view returns (bytes32) {
        return Sha256d.hash(data);
    }

    function foldLeft(bytes32 leaf, bytes32[] calldata branch) external view returns (bytes32) {
        return Sha256d.foldLeft(leaf, branch);
    }

    function fold(bytes32 leaf, bytes32[] calldata branch, uint256 index) external view returns (bytes32) {
        return Sha256d.fold(leaf, branch, index);
    }

    function work(bytes calldata header) external view returns (uint256) {
        return Header.work(header);
    }

    function merkleRoot(bytes calldata header) external pure returns (bytes32) {
        return Header.merkleRoot(header);
    }

    function commitment(bytes calldata coinbase) external pure returns (bytes32) {
        return Coinbase.commitment(coinbase);
    }
}

contract BitcoinTest is Test {
    bytes32 internal constant COMMITTED = keccak256("committed");

    Bitcoin internal bitcoin = new Bitcoin();

    // Vectors from mainnet.

    function test_genesis() external {
        bytes memory header =
            hex"0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c";
        bytes memory coinbase =
            hex"01000000010000000000000000000000000000000000000000000000000000000000000000ffffffff4d04ffff001d0104455468652054696d65732030332f4a616e2f32303039204368616e63656c6c6f72206f6e206272696e6b206f66207365636f6e64206261696c6f757420666f722062616e6b73ffffffff0100f2052a01000000434104678afdb0fe5548271967f1a67130b7105cd6a828e03909a67962e0ea1f61deb649f6bc3f4cef38c4f35504e51ec112de5c384df7ba0b8d578a4c702b6bf11d5fac00000000";
        same("work", bitcoin.work(header), 0x000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f);
        same("root", bitcoin.foldLeft(bitcoin.hash(coinbase), new bytes32[](0)), bitcoin.merkleRoot(header));
        // Read to its last byte, and no output is tagged.
        vm.expectRevert(Coinbase.NoCommitment.selector);
        bitcoin.commitment(coinbase);
    }

    /// @dev The block of the first payment: two transactions, so a branch of one.
    function test_block170() external view {
        bytes32[] memory branch = new bytes32[](1);
        branch[0] = _reversed(0xf4184fc596403b9d638783cf57adfe4c75c605f6356fbc91338530e9831e9e16);
        same(
            "root",
            bitcoin.foldLeft(_reversed(0xb1fea52486ce0c62bb442b530a3f0132b826c74e473d1f2c220bfa78111c5082), branch),
            _reversed(0x7dac2c5666815c17a3b36427de37bb9d2e2c5ccec3f8633eb91a4205cb4c10ff)
        );
    }

    // Assembly and its plain twins.

    function testFuzz_hashTwin(bytes calldata data) external view {
        same("hash", bitcoin.hash(data), sha256(abi.encodePacked(sha256(data))));
    }

    function testFuzz_foldTwin(bytes32 leaf, bytes32[] calldata branch, uint256 index) external view {
        vm.assume(branch.length <= 32);
        same("fold", bitcoin.fold(leaf, branch, index), Claims.fold(leaf, branch, index));
        same("left edge", bitcoin.foldLeft(leaf, branch), Claims.fold(leaf, branch, 0));
    }

    function testFuzz_workTwin(bytes32 a, bytes32 b, bytes16 c) external view {
        bytes memory header = abi.encodePacked(a, b, c);
        same("work", bitcoin.work(header), Claims.work(header));
    }

    function testFuzz_headerLength(bytes calldata header) external {
        vm.assume(header.length != 80);
        vm.expectRevert(abi.encodeWithSelector(Header.HeaderLength.selector, header.length));
        bitcoin.work(header);
    }

    // The coinbase parser against a plain one that reads byte by byte, on whole, mutated and cut transactions.

    function test_whole() external view {
        bytes memory coinbase = Claims.coinbase(COMMITTED, 1);
        same("size", coinbase.length, 236);
        same("committed", bitcoin.commitment(coinbase), COMMITTED);
    }

    function testFuzz_mutated(uint256 seed, uint256 where, bytes1 with) external view {
        bytes memory coinbase = _coinbase(seed);
        coinbase[where % coinbase.length] = with;
        _twins(coinbase);
    }

    function testFuzz_cut(uint256 seed, uint256 length) external view {
        bytes memory whole = _coinbase(seed);
        length %= whole.length;
        assembly ("memory-safe") {
            mstore(whole, length)
        }
        _twins(whole);
    }

    function testFuzz_extended(uint256 seed, bytes calldata more) external view {
        _twins(abi.encodePacked(_coinbase(seed), more));
    }

    function testFuzz_noise(bytes calldata noise) external view {
        _twins(noise);
    }

    /// @dev Noise behind a good head reaches the outputs more often than plain noise does.
    function testFuzz_noisyOutputs(uint8 count, bytes calldata noise) external view {
        _twins(Claims.transaction("height", count, noise));
    }

    // Each refusal by name.

    function test_sixtyFourBytes() external {
        bytes memory node = abi.encodePacked(keccak256("left"), keccak256("right"));
        vm.expectRevert(abi.encodeWithSelector(Transaction.TransactionLength.selector, 64, 65, 1000));
        bitcoin.commitment(node);
    }

    function test_longest() external {
        bytes memory tagged = Claims.output(0, abi.encodePacked(Claims.TAG, COMMITTED));
        // Head 46 + scriptSig 6, count 1, tagged 47, output 8 + 3 + n, lock time 4.
        uint256 rest = 1000 - Claims.transaction("height", 2, tagged).length - 11;
        bytes memory coinbase =
            Claims.transaction("height", 2, abi.encodePacked(Claims.output(5, new bytes(rest)), tagged));
        same("size", coinbase.length, 1000);
        same("committed", bitcoin.commitment(coinbase), COMMITTED);
        coinbase = Claims.transaction("height", 2, abi.encodePacked(Claims.output(5, new bytes(rest + 1)), tagged));
        vm.expectRevert(abi.encodeWithSelector(Transaction.TransactionLength.selector, 1001, 65, 1000));
        bitcoin.commitment(coinbase);
    }

    function test_witnessForm() external {
        bytes memory plain = Claims.coinbase(COMMITTED, 1);
        bytes memory body = new bytes(plain.length - 4);
        for (uint256 i; i < body.length; ++i) {
            body[i] = plain[i + 4];
        }
        vm.expectRevert(abi.encodeWithSelector(Transaction.WitnessForm.selector));
        bitcoin.commitment(abi.encodePacked(hex"020000000001", body));
    }

    function test_twoInputs() external {
        bytes memory coinbase = Claims.coinbase(COMMITTED, 1);
        coinbase[4] = 0x02;
        vm.expectRevert(abi.encodeWithSelector(Coinbase.InputCount.selector, 2));
        bitcoin.commitment(coinbase);
    }

    function test_ordinaryTransaction() external {
        bytes memory coinbase = Claims.coinbase(COMMITTED, 1);
        coinbase[5] = 0x01;
        vm.expectRevert(
            abi.encodeWithSelector(Coinbase.NotNullOutpoint.selector, bytes32(uint256(1) << 248), 0xffffffff)
        );
        bitcoin.commitment(coinbase);
        coinbase = Claims.coinbase(COMMITTED, 1);
        coinbase[40] = 0x00;
        vm.expectRevert(abi.encodeWithSelector(Coinbase.NotNullOutpoint.selector, bytes32(0), 0xffffff00));
        bitcoin.commitment(coinbase);
    }

    function test_scriptSigLength() external {
        bytes memory tagged = Claims.output(0, abi.encodePacked(Claims.TAG, COMMITTED));
        vm.expectRevert(abi.encodeWithSelector(Coinbase.ScriptSigLength.selector, 1));
        bitcoin.commitment(Claims.transaction("x", 1, tagged));
        vm.expectRevert(abi.encodeWithSelector(Coinbase.ScriptSigLength.selector, 101));
        bitcoin.commitment(Claims.transaction(new bytes(101), 1, tagged));
        same("100", bitcoin.commitment(Claims.transaction(new bytes(100), 1, tagged)), COMMITTED);
        same("2", bitcoin.commitment(Claims.transaction(new bytes(2), 1, tagged)), COMMITTED);
    }

    function test_inScriptSigOnly() external {
        bytes memory scriptSig = Claims.output(0, abi.encodePacked(Claims.TAG, COMMITTED));
        bytes memory payout = Claims.output(312_500_000, new bytes(22));
        vm.expectRevert(Coinbase.NoCommitment.selector);
        bitcoin.commitment(Claims.transaction(scriptSig, 1, payout));
    }

    function test_insideAnotherScript() external {
        bytes memory tag = abi.encodePacked(Claims.TAG, COMMITTED);
        bytes memory outputs = Claims.output(0, abi.encodePacked(hex"51", tag));
        vm.expectRevert(Coinbase.NoCommitment.selector);
        bitcoin.commitment(Claims.transaction("height", 1, outputs));
        outputs = Claims.output(0, abi.encodePacked(tag, hex"51"));
        vm.expectRevert(Coinbase.NoCommitment.selector);
        bitcoin.commitment(Claims.transaction("height", 1, outputs));
        // One byte short: the push would reach into the next output.
        outputs = Claims.output(0, abi.encodePacked(Claims.TAG, bytes31(COMMITTED)));
        vm.expectRevert(Coinbase.NoCommitment.selector);
        bitcoin.commitment(Claims.transaction("height", 1, outputs));
    }

    function test_twoCommitments() external {
        bytes memory tagged = Claims.output(0, abi.encodePacked(Claims.TAG, COMMITTED));
        bytes memory coinbase = Claims.transaction("height", 2, abi.encodePacked(tagged, tagged));
        vm.expectRevert(abi.encodeWithSelector(Coinbase.SecondCommitment.selector, 53 + 47));
        bitcoin.commitment(coinbase);
    }

    function test_commitmentWithValue() external {
        bytes memory tagged = Claims.output(1, abi.encodePacked(Claims.TAG, COMMITTED));
        vm.expectRevert(abi.encodeWithSelector(Coinbase.MalformedCommitment.selector, 53, 1));
        bitcoin.commitment(Claims.transaction("height", 1, tagged));
    }

    function test_trailing() external {
        bytes memory coinbase = abi.encodePacked(Claims.coinbase(COMMITTED, 1), hex"00");
        vm.expectRevert(abi.encodeWithSelector(Transaction.TrailingBytes.selector, 236, 237));
        bitcoin.commitment(coinbase);
    }

    function test_longCounts() external {
        bytes memory tagged = Claims.output(0, abi.encodePacked(Claims.TAG, COMMITTED));
        bytes memory coinbase = Claims.transaction("height", 0xfe, tagged);
        vm.expectRevert(abi.encodeWithSelector(Transaction.BadCompactSize.selector, 52));
        bitcoin.commitment(coinbase);
        coinbase = Claims.transaction("height", 0xff, tagged);
        vm.expectRevert(abi.encodeWithSelector(Transaction.BadCompactSize.selector, 52));
        bitcoin.commitment(coinbase);
        // One as fd 01 00.
        coinbase = Claims.transaction("height", 0xfd, abi.encodePacked(hex"0100", tagged));
        vm.expectRevert(abi.encodeWithSelector(Transaction.BadCompactSize.selector, 52));
        bitcoin.commitment(coinbase);
    }

    function _twins(bytes memory coinbase) private view {
        (bool ok, bytes memory result) = address(bitcoin).staticcall(abi.encodeCall(bitcoin.commitment, (coinbase)));
        (bool fine, bytes32 committed) = _plain(coinbase);
        hold("refused alike", ok == fine);
        if (ok) same("committed", result, abi.encode(committed));
        else hold("refused by a name of its own", result.length >= 4 && bytes4(result) != 0x4e487b71);
    }

    function _coinbase(uint256 seed) private pure returns (bytes memory) {
        bytes memory outputs;
        uint8 count = uint8(seed % 4 + 1);
        for (uint256 i; i < count; ++i) {
            uint256 draw = uint256(keccak256(abi.encode(seed, i)));
            bytes memory script = draw % 3 == 0
                ? abi.encodePacked(Claims.TAG, bytes32(draw))
                : new bytes(draw % 5 == 0 ? 253 + draw % 50 : draw % 60);
            outputs = abi.encodePacked(outputs, Claims.output(draw % 2 == 0 ? 0 : uint64(draw), script));
        }
        return Claims.transaction(new bytes(2 + seed % 99), count, outputs);
    }

    /// @dev The plain twin of Coinbase.commitment: bounds are asked before each byte, and outputs are kept in lists.
    function _plain(bytes memory t) private pure returns (bool, bytes32 committed) {
        if (t.length <= 64 || t.length > 1000 || t[4] != 0x01) return (false, 0);
        for (uint256 i = 5; i < 41; ++i) {
            if (t[i] != (i < 37 ? bytes1(0) : bytes1(0xff))) return (false, 0);
        }
        uint256 place = 41;
        if (uint8(t[place]) < 2 || uint8(t[place]) > 100) return (false, 0);
        place += 1 + uint8(t[place]) + 4;
        (bool ok, uint256 count, uint256 next) = _compactSize(t, place);
        if (!ok) return (false, 0);
        uint256 tagged;
        for (; count > 0; --count) {
            place = next;
            uint256 length;
            (ok, length, next) = _compactSize(t, place + 8);
            if (!ok || next + length > t.length) return (false, 0);
            if (_tagged(t, next, length)) {
                ++tagged;
                for (uint256 i; i < 8; ++i) {
                    if (t[place + i] != 0) return (false, 0);
                }
                committed = bytes32(0);
                for (uint256 i; i < 32; ++i) {
                    committed |= bytes32(t[next + 6 + i]) >> (8 * i);
                }
            }
            next += length;
        }
        return (tagged == 1 && next + 4 == t.length, committed);
    }

    function _tagged(bytes memory t, uint256 script, uint256 length) private pure returns (bool) {
        if (length != 38) return false;
        bytes memory tag = Claims.TAG;
        for (uint256 i; i < 6; ++i) {
            if (t[script + i] != tag[i]) return false;
        }
        return true;
    }

    function _compactSize(bytes memory t, uint256 place) private pure returns (bool, uint256, uint256) {
        uint8 lead = place < t.length ? uint8(t[place]) : 0;
        if (lead < 0xfd) return (true, lead, place + 1);
        if (lead > 0xfd) return (false, 0, 0);
        uint256 value = (place + 1 < t.length ? uint256(uint8(t[place + 1])) : 0)
            | (place + 2 < t.length ? uint256(uint8(t[place + 2])) << 8 : 0);
        return (value >= 0xfd, value, place + 3);
    }

    function _reversed(bytes32 x) private pure returns (bytes32 out) {
        for (uint256 i; i < 32; ++i) {
            out |= bytes32(x[31 - i]) >> (8 * i);
        }
    }
}
