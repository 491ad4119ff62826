// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Transaction} from "../src/bitcoin/Transaction.sol";
import {Claims} from "./Claims.sol";
import {Test} from "./Vm.sol";

/// @notice The library takes calldata, so it is called from outside.
contract Walker {
    struct Output {
        uint256 sats;
        bytes script;
    }

    function walk(bytes calldata data) public pure returns (Output[] memory outputs) {
        (uint256 pos, uint256 count) = Transaction.open(data);
        outputs = new Output[](count);
        for (uint256 i; i < count; ++i) {
            (uint256 script, uint256 length, uint256 next) = Transaction.output(data, pos);
            same(script + length, next);
            outputs[i] = Output(Transaction.value(data, pos), data[script:next]);
            pos = next;
        }
        Transaction.close(data, pos);
    }

    /// @dev `tail` stands right behind the transaction in calldata where the ABI has no padding between them.
    function walkBefore(bytes calldata data, bytes calldata) external pure returns (Output[] memory) {
        return walk(data);
    }

    function same(uint256 a, uint256 b) private pure {
        assert(a == b);
    }
}

contract TransactionTest is Test {
    Walker internal walker = new Walker();

    /// @dev One input with an empty script, one output with an empty script: 4 + 1 + 41 + 1 + 9 + 4.
    uint256 internal constant SMALLEST = 60;

    // A payment from mainnet, the first there was: its id is the proof of its bytes.

    bytes internal constant FIRST_PAYMENT =
        hex"0100000001c997a5e56e104102fa209c6a852dd90660a20b2d9c352423edce25857fcd3704000000004847304402204e45e16932b8af514961a1d3a1a25fdf3f4f7732e9d624c6c61548ab5fb8cd410220181522ec8eca07de4860a4acdd12909d831cc56cbbac4622082221a8768d1d0901ffffffff0200ca9a3b00000000434104ae1a62fe09c5f51b13905f07f06b99a2f7159b2225f374cd378d71302fa28414e7aab37397f554a7df5f142c21c1b7303b8a0626f1baded5c72a704f7e6cd84cac00286bee0000000043410411db93e1dcdb8a016b49840f8c53bc1eb68a382e97b1482ecad7b148a6909a5cb2e0eaddfb84ccf9744464f82e160bfa9b8b64f9d4c03f999b8643f656b412a3ac00000000";

    function test_firstPayment() external view {
        same(
            "id",
            Claims.sha256d(FIRST_PAYMENT),
            0x169e1e83e930853391bc6f35f605c6754cfead57cf8387639d3b4096c54f18f4
        );
        Walker.Output[] memory outputs = walker.walk(FIRST_PAYMENT);
        same("outputs", outputs.length, 2);
        same("paid", outputs[0].sats, 10e8);
        same("change", outputs[1].sats, 40e8);
        same(
            "to",
            outputs[0].script,
            hex"4104ae1a62fe09c5f51b13905f07f06b99a2f7159b2225f374cd378d71302fa28414e7aab37397f554a7df5f142c21c1b7303b8a0626f1baded5c72a704f7e6cd84cac"
        );
    }

    // The walk against a plain one that asks before each byte: outputs and errors, whole, changed, cut and extended.

    function testFuzz_whole(uint256 seed) external view {
        Walker.Output[] memory outputs = _twins(_random(seed));
        hold("read", outputs.length != 0);
    }

    function testFuzz_changed(uint256 seed, uint256 where, bytes1 with) external view {
        bytes memory data = _random(seed);
        data[where % data.length] = with;
        _twins(data);
    }

    /// @dev Most changed bytes lie within scripts. Here it is a count, or close to one.
    function testFuzz_changedCount(uint256 seed, uint256 which, bytes1 with) external view {
        bytes memory data = _random(seed);
        uint256[5] memory places = [uint256(4), 41, 42, 43, data.length - 5];
        data[places[which % 5]] = with;
        _twins(data);
    }

    function testFuzz_cut(uint256 seed, uint256 length) external view {
        bytes memory data = _random(seed);
        length %= data.length;
        assembly ("memory-safe") {
            mstore(data, length)
        }
        hold("refused", _twins(data).length == 0);
    }

    function testFuzz_extended(uint256 seed, bytes calldata more) external view {
        vm.assume(more.length != 0);
        hold("refused", _twins(abi.encodePacked(_random(seed), more)).length == 0);
    }

    function testFuzz_noise(bytes calldata noise) external view {
        _twins(noise);
    }

    function testFuzz_noisyOutputs(uint8 count, bytes calldata noise) external view {
        _twins(Claims.transaction("script", count, noise));
    }

    function testFuzz_value(uint64 sats) external view {
        bytes memory data = Claims.transaction("script", 1, Claims.output(sats, new bytes(22)));
        same("sats", walker.walk(data)[0].sats, sats);
    }

    /// @dev Whatever follows in calldata, with no padding between: cut anywhere, the answer is the same.
    function testFuzz_followedByAnything(uint256 seed, uint256 length, bytes32 tail) external view {
        bytes memory data = _random(seed);
        length %= data.length + 1;
        bytes memory rest = new bytes(data.length - length + 64);
        for (uint256 i; i < rest.length; ++i) {
            rest[i] = tail[i % 32];
        }
        assembly ("memory-safe") {
            mstore(data, length)
        }
        bytes memory call = abi.encodePacked(
            Walker.walkBefore.selector, abi.encode(uint256(0x40), 0x60 + length), length, data, rest.length, rest
        );
        (bool ok, bytes memory result) = address(walker).staticcall(call);
        (bool fine, bytes memory wanted) = address(walker).staticcall(abi.encodeCall(walker.walk, (data)));
        hold("alike", ok == fine);
        same("answer", result, wanted);
    }

    // Each refusal by name.

    function test_lengths() external {
        bytes memory data = _paying(new bytes(4));
        same("least", data.length, 64);
        _refused(data, abi.encodeWithSelector(Transaction.TransactionLength.selector, 64, 65, 100_000));
        same("least", walker.walk(_paying(new bytes(5))).length, 1);
        _refused("", abi.encodeWithSelector(Transaction.TransactionLength.selector, 0, 65, 100_000));

        // Two scripts, because one of 65,535 bytes is the longest.
        bytes memory long = Claims.output(1, new bytes(60_000));
        uint256 rest = 100_000 - Claims.transaction("", 2, abi.encodePacked(long, Claims.output(1, ""))).length - 2;
        data = Claims.transaction("", 2, abi.encodePacked(long, Claims.output(1, new bytes(rest))));
        same("most", data.length, 100_000);
        same("most", walker.walk(data)[1].script.length, rest);
        data = Claims.transaction("", 2, abi.encodePacked(long, Claims.output(1, new bytes(rest + 1))));
        _refused(data, abi.encodeWithSelector(Transaction.TransactionLength.selector, 100_001, 65, 100_000));
    }

    /// @dev An inner node of a merkle tree.
    function test_twoHashes() external {
        _refused(
            abi.encodePacked(keccak256("left"), keccak256("right")),
            abi.encodeWithSelector(Transaction.TransactionLength.selector, 64, 65, 100_000)
        );
    }

    function test_witnessForm() external {
        bytes memory plain = _paying(new bytes(22));
        bytes memory body = new bytes(plain.length - 8);
        for (uint256 i; i < body.length; ++i) {
            body[i] = plain[i + 4];
        }
        bytes memory witness = abi.encodePacked(hex"01", hex"02", hex"aabb");
        _refused(
            abi.encodePacked(hex"020000000001", body, witness, hex"00000000"),
            abi.encodeWithSelector(Transaction.WitnessForm.selector)
        );
    }

    function test_noOutputs() external {
        _refused(Claims.transaction(new bytes(60), 0, ""), abi.encodeWithSelector(Transaction.NoOutputs.selector));
    }

    function test_trailing() external {
        bytes memory data = _paying(new bytes(22));
        _refused(
            abi.encodePacked(data, hex"00"),
            abi.encodeWithSelector(Transaction.TrailingBytes.selector, data.length, data.length + 1)
        );
    }

    /// @dev The four places where a count stands, by the forms of 65,536 and more, and by a small number in two bytes.
    function test_counts() external {
        bytes[4] memory bad = [bytes(hex"fe00000100"), hex"ff0000000001000000", hex"fdfc00", hex"fd0100"];
        bytes memory output = Claims.output(1, new bytes(22));
        bytes memory outpoint = abi.encodePacked(bytes32("funding"), uint32(0));
        for (uint256 i; i < 4; ++i) {
            bytes memory rest = abi.encodePacked(hex"06", "script", hex"ffffffff", hex"01", output, hex"00000000");
            _badCount(abi.encodePacked(hex"02000000", bad[i], outpoint, rest), 4);
            _badCount(abi.encodePacked(hex"02000000", hex"01", outpoint, bad[i], rest), 41);
            bytes memory input = abi.encodePacked(hex"02000000", hex"01", outpoint, hex"06", "script", hex"ffffffff");
            _badCount(abi.encodePacked(input, bad[i], output, hex"00000000"), 52);
            _badCount(abi.encodePacked(input, hex"01", bytes8(0), bad[i], new bytes(22), hex"00000000"), 61);
        }
    }

    function test_longCounts() external view {
        bytes memory outputs;
        for (uint256 i; i < 253; ++i) {
            outputs = abi.encodePacked(outputs, Claims.output(uint64(i), ""));
        }
        bytes memory data = abi.encodePacked(
            abi.encodePacked(hex"02000000", hex"01", bytes32("funding"), hex"00000000"),
            abi.encodePacked(hex"fdfd00", new bytes(253), hex"ffffffff", hex"fdfd00", outputs, hex"00000000")
        );
        same("last", walker.walk(data)[252].sats, 252);
    }

    /// @dev The longest lengths that can be written, at each place: offsets cannot wrap, and nothing beyond is read.
    function test_hugeLengths() external {
        bytes memory outpoint = abi.encodePacked(bytes32("funding"), uint32(0));
        bytes memory data = abi.encodePacked(hex"02000000", hex"01", outpoint, hex"fdffff", new bytes(100));
        // 44 + 65,535 + sequence, where the count of outputs and the lock time would need five bytes more.
        _refused(data, abi.encodeWithSelector(Transaction.Truncated.selector, 44 + 65_535 + 4 + 5, data.length));
        data = Claims.transaction("script", 1, abi.encodePacked(bytes8(0), hex"fdffff", new bytes(100)));
        _refused(data, abi.encodeWithSelector(Transaction.Truncated.selector, 64 + 65_535 + 4, data.length));
        // 65,535 inputs and outputs that are not there.
        data = abi.encodePacked(hex"02000000", hex"fdffff", outpoint, hex"00", hex"ffffffff", new bytes(20));
        _refused(data, abi.encodeWithSelector(Transaction.Truncated.selector, 48 + 36 + 5, data.length));
        data = abi.encodePacked(
            hex"02000000", hex"01", outpoint, hex"00", hex"ffffffff", hex"fdffff", Claims.output(1, new bytes(22))
        );
        data = abi.encodePacked(data, hex"00000000");
        _refused(data, abi.encodeWithSelector(Transaction.Truncated.selector, 49 + 31 + 13, data.length));
    }

    /// @dev A script that takes the place of the lock time.
    function test_scriptIntoLockTime() external {
        bytes memory data = _paying(new bytes(22));
        data[55] = bytes1(uint8(23));
        _refused(data, abi.encodeWithSelector(Transaction.Truncated.selector, data.length + 1, data.length));
    }

    function _badCount(bytes memory data, uint256 offset) private {
        _refused(data, abi.encodeWithSelector(Transaction.BadCompactSize.selector, offset));
    }

    function _refused(bytes memory data, bytes memory wanted) private {
        vm.expectRevert(wanted);
        walker.walk(data);
        same("twin", _error(data), wanted);
    }

    /// @dev 60 bytes and the script.
    function _paying(bytes memory script) private pure returns (bytes memory data) {
        data = Claims.transaction("", 1, Claims.output(1, script));
        assert(data.length == SMALLEST + script.length);
    }

    /// @dev 1 to 3 inputs and outputs; scripts of all sizes of count.
    function _random(uint256 seed) private pure returns (bytes memory data) {
        uint256 inputs = seed % 3 + 1;
        data = abi.encodePacked(hex"02000000", uint8(inputs));
        for (uint256 i; i < inputs; ++i) {
            uint256 draw = uint256(keccak256(abi.encode(seed, "input", i)));
            bytes memory script = _script(draw);
            data = abi.encodePacked(data, bytes32(draw), uint32(i), Claims.size(script.length), script, hex"fdffffff");
        }
        uint256 outputs = seed / 3 % 3 + 1;
        data = abi.encodePacked(data, uint8(outputs));
        for (uint256 i; i < outputs; ++i) {
            uint256 draw = uint256(keccak256(abi.encode(seed, "output", i)));
            data = abi.encodePacked(data, Claims.output(uint64(draw), _script(draw >> 64)));
        }
        data = abi.encodePacked(data, uint32(seed));
        if (data.length < Transaction.MIN_LENGTH) return _random(seed + 1);
    }

    function _script(uint256 draw) private pure returns (bytes memory script) {
        script = new bytes(draw % 7 == 0 ? 250 + draw / 7 % 10 : draw / 7 % 40);
        for (uint256 i; i < script.length; ++i) {
            script[i] = bytes1(uint8(draw >> (i % 31)));
        }
    }

    function _twins(bytes memory data) private view returns (Walker.Output[] memory outputs) {
        (bool ok, bytes memory result) = address(walker).staticcall(abi.encodeCall(walker.walk, (data)));
        bytes memory error = _error(data);
        hold("refused alike", ok == (error.length == 0));
        if (!ok) {
            same("error", result, error);
            return outputs;
        }
        outputs = abi.decode(result, (Walker.Output[]));
        same("outputs", keccak256(abi.encode(outputs)), keccak256(abi.encode(_plainOutputs(data))));
    }

    /// @dev The plain twin: what the walk must revert with, nothing when it must not.
    function _error(bytes memory t) private pure returns (bytes memory error) {
        if (t.length < 65 || t.length > 100_000) {
            return abi.encodeWithSelector(Transaction.TransactionLength.selector, t.length, 65, 100_000);
        }
        uint256 inputs;
        uint256 count;
        uint256 pos;
        (error, inputs, pos) = _plainCount(t, 4);
        if (error.length != 0) return error;
        if (inputs == 0) return abi.encodeWithSelector(Transaction.WitnessForm.selector);
        for (; inputs > 0; --inputs) {
            (error, count, pos) = _plainCount(t, pos + 36);
            if (error.length != 0) return error;
            pos = pos + count + 4;
        }
        (error, count, pos) = _plainCount(t, pos);
        if (error.length != 0) return error;
        if (count == 0) return abi.encodeWithSelector(Transaction.NoOutputs.selector);
        for (; count > 0; --count) {
            uint256 length;
            (error, length, pos) = _plainCount(t, pos + 8);
            if (error.length != 0) return error;
            pos += length;
            if (pos + 4 > t.length) return abi.encodeWithSelector(Transaction.Truncated.selector, pos + 4, t.length);
        }
        if (pos + 4 < t.length) return abi.encodeWithSelector(Transaction.TrailingBytes.selector, pos + 4, t.length);
    }

    function _plainOutputs(bytes memory t) private pure returns (Walker.Output[] memory outputs) {
        (, uint256 count, uint256 pos) = _plainCount(t, 4);
        for (uint256 inputs = count; inputs > 0; --inputs) {
            (, count, pos) = _plainCount(t, pos + 36);
            pos = pos + count + 4;
        }
        (, count, pos) = _plainCount(t, pos);
        outputs = new Walker.Output[](count);
        for (uint256 i; i < outputs.length; ++i) {
            for (uint256 j; j < 8; ++j) {
                outputs[i].sats |= uint256(uint8(t[pos + j])) << (8 * j);
            }
            (, count, pos) = _plainCount(t, pos + 8);
            outputs[i].script = new bytes(count);
            for (uint256 j; j < count; ++j) {
                outputs[i].script[j] = t[pos + j];
            }
            pos += count;
        }
    }

    function _plainCount(bytes memory t, uint256 pos)
        private
        pure
        returns (bytes memory error, uint256 count, uint256 next)
    {
        if (pos + 5 > t.length) {
            return (abi.encodeWithSelector(Transaction.Truncated.selector, pos + 5, t.length), 0, 0);
        }
        uint256 lead = uint8(t[pos]);
        if (lead < 0xfd) return ("", lead, pos + 1);
        count = uint256(uint8(t[pos + 1])) + 256 * uint256(uint8(t[pos + 2]));
        if (lead > 0xfd || count < 0xfd) {
            return (abi.encodeWithSelector(Transaction.BadCompactSize.selector, pos), 0, 0);
        }
        return ("", count, pos + 3);
    }
}
