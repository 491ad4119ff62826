// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC2981} from "solady/tokens/ERC2981.sol";
import {ERC721} from "solady/tokens/ERC721.sol";
import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";
import {LibClone} from "solady/utils/LibClone.sol";
import {SSTORE2} from "solady/utils/SSTORE2.sol";
import {Coinbase} from "./bitcoin/Coinbase.sol";
import {Header} from "./bitcoin/Header.sol";
import {Sha256d} from "./bitcoin/Sha256d.sol";
import {Counters} from "./Counters.sol";
import {IRenderer, Piece} from "./IRenderer.sol";
import {Terms, TermsCode} from "./Terms.sol";

/// @notice One style, terms that nobody can change, and tokens that are made by proof of work only.
/// @dev A clone whose terms are code (Terms.sol). There is no owner, no pause, no upgrade. The contract proves
/// SHA-256d work done for one collection, one recipient and one round; it cannot know at which chain it was aimed.
contract Collection is ERC721, ERC2981 {
    struct Round {
        bytes32 anchor;
        uint256 target;
    }

    /// @notice A round whose claims are taken.
    struct Intake {
        /// @dev 0: there is none.
        uint256 round;
        /// @dev The block hash that its claims commit to.
        bytes32 anchor;
        /// @dev The work of its pieces is at most this number.
        uint256 target;
        /// @dev Tokens of its claims so far, and the most there may be.
        uint256 taken;
        uint256 limit;
    }

    /// @notice The two rounds whose claims are taken, and when the present one may be turned.
    struct Rounds {
        Intake present;
        Intake previous;
        /// @dev Unix seconds at which the present round opened.
        uint256 openedAt;
        /// @dev Tokens forged since.
        uint256 mints;
        /// @dev Unix seconds from which `turn` succeeds, as things stand.
        uint256 turnableAt;
    }

    /// @dev Bit 95 of a token's extra data; bits 0-31 are its round, 32-63 the number of its miner.
    uint96 private constant STUDIO = 1 << 95;
    uint256 private constant BPS = 10_000;
    uint256 private constant MAX_BRANCH = 32;

    address private immutable SPLITTER;
    address private immutable IMPLEMENTATION;

    Counters private _counters;
    /// @dev Present and previous, by parity: older rounds take no claims, so they need no storage.
    Round[2] private _rounds;
    /// @dev An account is stored once, at its first forge (22,100 gas), and its number is kept in the spare bits of its
    /// balance slot and of its tokens. A slot for each token would cost every forge as much.
    mapping(uint256 number => address) private _miners;

    event RoundOpened(uint256 indexed round, bytes32 anchor, uint256 target, uint256 openedAt);
    event Forged(uint256 indexed tokenId, address indexed recipient, uint256 indexed round);
    event Withdrawn(address indexed artist, uint256 amount);
    event SplitterCreated(uint256 indexed tokenId, address splitter);
    /// @dev ERC-4906. What a token shows follows from its id, its round and code that nobody can change, so neither is
    /// ever emitted: the interface is supported because no change goes unannounced.
    event MetadataUpdate(uint256 tokenId);
    event BatchMetadataUpdate(uint256 fromTokenId, uint256 toTokenId);

    error AlreadyOpen(uint256 round);
    error NotOpen();
    error ZeroRecipient();
    error WrongPayment(uint256 sent, uint256 price);
    error SoldOut(uint256 supplyCap);
    /// @dev No such round has been opened.
    error RoundUnknown(uint256 round, uint256 present);
    /// @dev Only claims of the present round and of the one before are taken.
    error RoundLapsed(uint256 round, uint256 present);
    error RoundFull(uint256 round, uint256 limit);
    error TargetMissed(uint256 work, uint256 target);
    /// @dev This work has made a token.
    error AlreadyForged(uint256 tokenId);
    error BranchLength(uint256 length, uint256 most);
    /// @dev Coinbase and branch lead to another root than the header holds: one of the three was changed, or the
    /// transaction is not the first of its block.
    error WrongMerkleRoot(bytes32 found, bytes32 inHeader);
    /// @dev The work is for another recipient, collection, chain or round.
    error WrongCommitment(bytes32 found, bytes32 wanted);
    /// @dev The chain tells no hash of the block before this one.
    error NoAnchor(uint256 blockNumber);
    error TurnTooEarly(uint256 elapsed, uint256 needed);
    error PaymentRefused(address artist, uint256 amount);

    /// @param splitter The implementation whose clones divide royalties.
    constructor(address splitter) {
        SPLITTER = splitter;
        IMPLEMENTATION = address(this);
    }

    /// @notice Opens the first round, once. Anybody may call; the factory does so in the transaction that makes the clone.
    function open() external {
        Counters counters = _counters;
        if (counters.round() != 0) revert AlreadyOpen(counters.round());
        // Where terms stand in a clone, the implementation has code: it must never open.
        if (address(this) == IMPLEMENTATION) revert NotOpen();
        _open(counters, TermsCode.initialTarget());
    }

    /// @notice Makes a token from work.
    /// @param header The 80 bytes of a block header whose hash meets the target of `round`.
    /// @param coinbase The first transaction under that header, in non-witness form, with the commitment.
    /// @param branch The merkle branch of the coinbase, each hash in internal byte order, 32 at most.
    /// @param round The round whose anchor was committed to: the present one or the one before.
    /// @param recipient The account that was committed to; it receives the token, whoever sends.
    /// @return tokenId sha256d(header) as a little-endian integer.
    function forge(
        bytes calldata header,
        bytes calldata coinbase,
        bytes32[] calldata branch,
        uint256 round,
        address recipient
    ) external payable returns (uint256 tokenId) {
        if (recipient == address(0)) revert ZeroRecipient();
        Counters counters = _counted(round);

        Round storage opened = _rounds[round & 1];
        tokenId = Header.work(header);
        if (tokenId > opened.target) revert TargetMissed(tokenId, opened.target);
        if (_exists(tokenId)) revert AlreadyForged(tokenId);

        bytes32 found = Coinbase.commitment(coinbase);
        bytes32 wanted = _commitment(recipient, opened.anchor);
        if (found != wanted) revert WrongCommitment(found, wanted);
        if (branch.length > MAX_BRANCH) revert BranchLength(branch.length, MAX_BRANCH);
        found = Sha256d.foldLeft(Sha256d.hash(coinbase), branch);
        wanted = Header.merkleRoot(header);
        if (found != wanted) revert WrongMerkleRoot(found, wanted);

        uint256 miner = _getAux(recipient);
        if (miner == 0) {
            counters = counters.addMiner();
            miner = counters.miners();
            _miners[miner] = recipient;
            _setAux(recipient, uint224(miner));
        }
        _counters = counters;
        // Not the safe form: the recipient was fixed before the work was done, and a receiver that is called could
        // void the work of others or run code in the middle of this.
        _mintAndSetExtraDataUnchecked(recipient, tokenId, uint96(round | (miner << 32)));
        emit Forged(tokenId, recipient, round);
    }

    /// @notice Ends the present round and opens the next. Anybody may call, when `turnableAt` has come.
    /// @dev The target moves by (time that the tokens took) / (time that they should have taken), as Bitcoin's does:
    /// at most fourfold either way, never above the easiest. Late claims of the previous round are counted in the round
    /// in which they are forged, so each token is measured once and holding claims back gains nothing.
    function turn() external {
        Counters counters = _counters;
        if (counters.round() == 0) revert NotOpen();
        (uint256 expected, uint256 roundSeconds) = TermsCode.rounds();
        uint256 elapsed = block.timestamp - counters.openedAt();
        uint256 needed = _turnableAfter(counters.mints(), expected, roundSeconds);
        if (elapsed < needed) revert TurnTooEarly(elapsed, needed);

        uint256 target = _rounds[counters.round() & 1].target;
        uint256 easiest = TermsCode.easiestTarget();
        uint256 took = elapsed * expected;
        uint256 should = roundSeconds * counters.mints();
        if (took >= 4 * should) {
            target *= 4; // No overflow: the factory takes no target of 2^254 or more.
        } else if (4 * took <= should) {
            target /= 4;
        } else {
            target = FixedPointMathLib.fullMulDiv(target, took, should);
        }
        _open(counters, FixedPointMathLib.clamp(target, 1, easiest));
    }

    /// @notice Sends all that was paid for forging to the artist. Anybody may call.
    function withdraw() external {
        address to = TermsCode.artist();
        uint256 amount = address(this).balance;
        emit Withdrawn(to, amount);
        (bool sent,) = to.call{value: amount}("");
        if (!sent) revert PaymentRefused(to, amount);
    }

    /// @notice Deploys the splitter of a token at the address that `royaltyInfo` names. Anybody may call, also again.
    function createSplitter(uint256 tokenId) external returns (address splitter) {
        bool existed;
        (existed, splitter) = LibClone.createDeterministicClone(SPLITTER, _splitterArgs(tokenId), bytes32(tokenId));
        if (!existed) emit SplitterCreated(tokenId, splitter);
    }

    /// @notice What the artist may have now: every wei here is the artist's, so the balance is the debt.
    function owed() external view returns (uint256) {
        return address(this).balance;
    }

    /// @notice Everything that a pool must know, in one call, so that a turn cannot come in between.
    function rounds() external view returns (Rounds memory now_) {
        Counters counters = _counters;
        (uint256 expected, uint256 roundSeconds) = TermsCode.rounds();
        uint256 round = counters.round();
        now_.present = _intake(round, counters.ofPresent(), 2 * expected);
        if (round > 1) now_.previous = _intake(round - 1, counters.ofPrevious(), 2 * expected);
        now_.openedAt = counters.openedAt();
        now_.mints = counters.mints();
        now_.turnableAt = now_.openedAt + _turnableAfter(now_.mints, expected, roundSeconds);
    }

    /// @notice The 32 bytes that a coinbase must commit to.
    function commitment(address recipient, bytes32 anchor) external view returns (bytes32) {
        return _commitment(recipient, anchor);
    }

    function terms() external view returns (Terms memory) {
        return TermsCode.decode();
    }

    function artist() external view returns (address) {
        return TermsCode.artist();
    }

    function renderer() external view returns (address) {
        return TermsCode.renderer();
    }

    function style() external view returns (bytes memory) {
        return SSTORE2.read(TermsCode.style());
    }

    function totalSupply() external view returns (uint256) {
        return _counters.supply();
    }

    /// @notice How a token came to be.
    function pieceOf(uint256 tokenId) public view returns (uint256 round, address miner, bool studio) {
        if (!_exists(tokenId)) revert TokenDoesNotExist();
        uint96 extra = _getExtraData(tokenId);
        return (uint32(extra), _miners[uint32(extra >> 32)], extra & STUDIO != 0);
    }

    /// @notice The address that receives a token's royalties. It may have no code yet: see `createSplitter`.
    function splitterOf(uint256 tokenId) public view returns (address) {
        return LibClone.predictDeterministicAddress(SPLITTER, _splitterArgs(tokenId), bytes32(tokenId), address(this));
    }

    /// @notice ERC-2981. A token that does not exist has no miner, so no receiver.
    function royaltyInfo(uint256 tokenId, uint256 salePrice)
        public
        view
        override
        returns (address receiver, uint256 royaltyAmount)
    {
        if (!_exists(tokenId)) return (address(0), 0);
        (uint256 royaltyBps,) = TermsCode.royalty();
        return (splitterOf(tokenId), FixedPointMathLib.fullMulDiv(salePrice, royaltyBps, BPS));
    }

    function name() public view override returns (string memory) {
        return TermsCode.name();
    }

    function symbol() public view override returns (string memory) {
        return TermsCode.symbol();
    }

    function tokenURI(uint256 tokenId) public view override returns (string memory) {
        (uint256 round, address miner, bool studio) = pieceOf(tokenId);
        return IRenderer(TermsCode.renderer())
            .tokenURI(Piece(tokenId, round, studio, miner, TermsCode.name(), TermsCode.style()));
    }

    function supportsInterface(bytes4 interfaceId) public view override(ERC721, ERC2981) returns (bool) {
        return
            ERC721.supportsInterface(interfaceId) || ERC2981.supportsInterface(interfaceId) || interfaceId == 0x49064906;
    }

    /// @dev Checks payment, cap and round, and returns the counters with the token in them.
    function _counted(uint256 round) private view returns (Counters counters) {
        (uint256 price, uint256 supplyCap, uint256 expected) = TermsCode.forging();
        if (msg.value != price) revert WrongPayment(msg.value, price);
        counters = _counters;
        if (counters.supply() >= supplyCap) revert SoldOut(supplyCap);
        uint256 present = counters.round();
        if (round > present || round == 0) revert RoundUnknown(round, present);
        bool late = round != present;
        if (late && round + 1 != present) revert RoundLapsed(round, present);
        if ((late ? counters.ofPrevious() : counters.ofPresent()) >= 2 * expected) {
            revert RoundFull(round, 2 * expected);
        }
        return counters.addToken(late);
    }

    /// @dev `blockhash(block.number - 1)` was unknown until this block: no work for the round can be older.
    function _open(Counters counters, uint256 target) private {
        counters = counters.nextRound(block.timestamp);
        _counters = counters;
        uint256 round = counters.round();
        bytes32 anchor = blockhash(block.number - 1);
        // Some chains number blocks in their own way and know no hash of the last: there, work could begin early.
        if (anchor == 0) revert NoAnchor(block.number);
        _rounds[round & 1] = Round(anchor, target);
        emit RoundOpened(round, anchor, target, block.timestamp);
    }

    function _intake(uint256 round, uint256 taken, uint256 limit) private view returns (Intake memory) {
        return Intake(round, _rounds[round & 1].anchor, _rounds[round & 1].target, taken, limit);
    }

    function _splitterArgs(uint256 tokenId) private view returns (bytes memory) {
        (, address miner,) = pieceOf(tokenId);
        (, uint16 artistBps) = TermsCode.royalty();
        return abi.encodePacked(TermsCode.artist(), miner, artistBps);
    }

    function _commitment(address recipient, bytes32 anchor) private view returns (bytes32) {
        return keccak256(abi.encode(block.chainid, address(this), recipient, anchor));
    }

    /// @dev Seconds after its opening from which a round may be turned.
    function _turnableAfter(uint256 mints, uint256 expected, uint256 roundSeconds) private pure returns (uint256) {
        return mints >= expected ? (roundSeconds + 3) / 4 : 4 * roundSeconds;
    }
}
