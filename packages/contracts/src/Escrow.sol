// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";
import {MerkleProofLib} from "solady/utils/MerkleProofLib.sol";
import {SafeTransferLib} from "solady/utils/SafeTransferLib.sol";
import {SaleState, Status} from "./EscrowState.sol";
import {Header} from "./bitcoin/Header.sol";
import {IRelay} from "./bitcoin/IRelay.sol";
import {Sha256d} from "./bitcoin/Sha256d.sol";
import {Spv} from "./bitcoin/Spv.sol";
import {Transaction} from "./bitcoin/Transaction.sol";

/// @notice What the escrow asks of a token.
interface IERC721 {
    function ownerOf(uint256 tokenId) external view returns (address);
    function transferFrom(address from, address to, uint256 tokenId) external;
    function safeTransferFrom(address from, address to, uint256 tokenId) external;
}

/// @notice Sells ERC-721 tokens for bitcoin: a token that lies here leaves to a buyer when Bitcoin's own work stands over
/// a payment to the seller, and to the seller when nobody can have paid. There is no owner, no pause, no upgrade.
/// @dev A sale is known by the hash of its terms, which come with every call, so little is stored. Three rules carry it:
/// - A Bitcoin script serves one reservation, ever, over all sales (`holderOf`): so one payment never buys two things,
///   and nobody can claim for a sale of his own what was paid for another.
/// - A header never backs more than a third of its block's subsidy (`exposure`): so a chain mined to deceive costs three
///   times what it takes. What is over it waits for many more headers, and the token waits with it (Paid).
/// - ETH is here for two reasons only: the deposits of reserved sales, and what is `owed`.
contract Escrow {
    /// @notice A payment that the sale asks for besides the price, such as a share of royalties.
    struct Output {
        uint64 sats;
        /// @dev A fresh one for each sale: while this sale is open, no other can name it.
        bytes script;
    }

    struct Terms {
        address seller;
        address nft;
        uint256 tokenId;
        uint64 priceSats;
        /// @dev Of a Merkle tree of up to 16 scripts, one for each reservation. Pairs are sorted before they are hashed,
        /// and a leaf is keccak256(bytes.concat(keccak256(script))): OpenZeppelin's standard tree over hashes.
        bytes32 scriptRoot;
        /// @dev Headers that a payment needs, its own block's among them.
        uint8 confirmations;
        /// @dev What a reservation costs: lost to the seller when it expires, else returned, less the prover's fee.
        uint128 depositWei;
        /// @dev Of the deposit, for whoever sends the proof that completes the payment.
        uint128 proverFeeWei;
        /// @dev Tells sales of the same terms apart. No sale can be listed twice.
        uint256 salt;
        /// @dev At most four, all paid by one transaction that also pays towards the price.
        Output[] required;
    }

    /// @notice Seconds.
    struct Windows {
        /// @dev From the reservation: until when the buyer should have paid.
        uint32 pay;
        /// @dev From then: for confirmations and the proof. No other buyer until both are over.
        uint32 grace;
        /// @dev From an expiry or a lapse to the next reservation, so that a late payment is not locked out at once.
        uint32 coolDown;
        /// @dev From the seller's request to when the token may be taken back, for the same reason.
        uint32 leave;
        /// @dev For how long a payment over the cap keeps the token.
        uint32 lapse;
    }

    /// @notice A sale as `saleOf` tells it: see EscrowState.sol.
    struct Sale {
        address buyer;
        uint256 reservedAt;
        uint256 changedAt;
        uint256 reservations;
        Status status;
    }

    /// @notice What was paid for one reservation and did not deliver it at once. No sum of outputs reaches 2^112.
    struct Credit {
        /// @dev Satoshis that count.
        uint112 cleared;
        /// @dev Satoshis over the cap, which count when a deeper proof of the same transactions comes.
        uint112 waiting;
        /// @dev One of the transactions that count paid all required outputs; one of those that wait did.
        bool clearedRequired;
        bool waitingRequired;
        /// @dev It has been Paid and lapsed: what waits does not keep the token again.
        bool lapsed;
    }

    enum Payment {
        None,
        Waiting,
        Cleared
    }

    /// @dev What a proof shows.
    struct Proven {
        bytes32 txid;
        /// @dev The hash of the header over the transaction.
        bytes32 header;
        /// @dev To the reservation's script.
        uint256 sats;
        /// @dev All required outputs are paid.
        bool required;
        /// @dev The headers had room under the cap, or are so many that none holds.
        bool backed;
    }

    struct Wanted {
        bytes32 scriptHash;
        uint256 paid;
    }

    uint256 private constant MIN_CONFIRMATIONS = 3;
    uint256 private constant MAX_CONFIRMATIONS = 12;
    /// @dev From here on a price may be spread over as many headers as it needs confirmations.
    uint256 private constant SPREAD_CONFIRMATIONS = 6;
    /// @dev The hash of an empty list as the ABI has it, an offset and a length: most sales require nothing.
    bytes32 private constant NONE_REQUIRED = keccak256(abi.encode(0x20, 0));
    uint256 private constant MAX_REQUIRED = 4;
    /// @dev 16 scripts: fewer than the 20 unused addresses after which a wallet stops to look.
    uint256 private constant MAX_BRANCH = 4;
    /// @dev How far a block's time may be from the truth.
    uint256 private constant CLOCK_SLACK = 2 hours;
    /// @dev The most gas that a receiver of a token, or of ETH, may burn of the prover's.
    uint256 private constant DELIVERY_GAS = 500_000;
    uint256 private constant PUSH_GAS = 100_000;
    /// @dev More than a call costs besides the gas that it gives on: cold account, value, new account, arguments.
    uint256 private constant CALL_OVERHEAD = 40_000;

    IRelay public immutable RELAY;
    /// @notice Satoshis that one header backs.
    uint256 public immutable CAP;
    /// @notice Headers over a payment for which no cap holds.
    uint256 public immutable DEEP_HEADERS;
    uint256 public immutable PAY_WINDOW;
    /// @notice Seconds from a reservation to when it may expire: the time to pay, and the grace after it.
    uint256 public immutable LOCK_WINDOW;
    uint256 public immutable COOL_DOWN;
    uint256 public immutable LEAVE_WINDOW;
    uint256 public immutable LAPSE_WINDOW;

    /// @notice Satoshis that a header backs so far, by its hash in internal byte order.
    mapping(bytes32 header => uint256 sats) public exposure;
    /// @notice Which reservation, by `reservationOf`, a script was given to; or which sale requires it, by its id.
    mapping(bytes32 scriptHash => bytes32 holder) public holderOf;
    /// @notice The sale that a token is here for. Where a token can vanish and be made again, its older sales have lost it:
    /// a sale moves no other token than the one that it took in.
    mapping(address nft => mapping(uint256 tokenId => bytes32 id)) public listingOf;
    /// @notice Wei that somebody refused when it was due: `withdraw` pays it.
    mapping(address account => uint256 amount) public owed;

    mapping(bytes32 id => SaleState) private _sales;
    mapping(bytes32 reservation => Credit) private _credits;
    mapping(bytes32 reservationAndTxid => Payment) private _payments;

    /// @dev 1 while a call runs. A bool would be read before each write.
    uint256 private transient _entered;

    event Listed(bytes32 indexed id, address indexed seller, address indexed nft, Terms terms);
    event Reserved(
        bytes32 indexed id,
        address indexed buyer,
        address sponsor,
        uint256 number,
        bytes script,
        uint256 payBy,
        uint256 lockUntil
    );
    /// @dev `sats` of this transaction count; `total` is all that counts now.
    event Credited(bytes32 indexed id, bytes32 indexed txid, bytes32 header, uint256 sats, uint256 total);
    /// @dev `sats` of this transaction are over the cap of `header` and wait for a proof of DEEP_HEADERS headers.
    event Waiting(bytes32 indexed id, bytes32 indexed txid, bytes32 header, uint256 sats, uint256 total);
    /// @dev All is paid, some of it waits. The deposit is returned, less `fee` for the prover.
    event Paid(bytes32 indexed id, address indexed buyer, address indexed prover, uint256 fee, uint256 lapsesAt);
    event Sold(bytes32 indexed id, address indexed buyer, address indexed prover, uint256 fee);
    /// @dev The buyer paid `excess` satoshis more than the price: the seller owes them, outside of this contract.
    event PaidOver(bytes32 indexed id, uint256 excess);
    /// @dev The buyer took no token: it waits for `collect`.
    event Held(bytes32 indexed id, address indexed buyer);
    event Collected(bytes32 indexed id, address to);
    /// @dev What was `paid`, in satoshis, is the buyer's claim against the seller, outside of this contract.
    event Expired(bytes32 indexed id, uint256 paid);
    event Lapsed(bytes32 indexed id, uint256 paid);
    event Leaving(bytes32 indexed id, uint256 closesAt);
    event Closed(bytes32 indexed id, address to);
    event Owed(address indexed account, uint256 amount);
    event Withdrawn(address indexed account, address to, uint256 amount);

    error Reentered();
    /// @dev The call is not for a sale in this state.
    error WrongStatus(bytes32 id, Status status);
    error TooEarly(uint256 now_, uint256 from);
    error NotSeller(address caller, address seller);
    error NotBuyer(address caller, address buyer);
    /// @dev Nobody, or this contract: the token would be lost.
    error BadRecipient(address to);

    error ZeroPrice();
    error ConfirmationsOutOfRange(uint256 confirmations, uint256 least, uint256 most);
    error FeeOverDeposit(uint256 fee, uint256 deposit);
    error TooManyRequired(uint256 count, uint256 most);
    /// @dev Price and required outputs together are worth more than headers may back at these confirmations.
    error PriceOverCap(uint256 sats, uint256 most);
    /// @dev The escrow is not the owner after the transfer.
    error TokenNotReceived(address nft, uint256 tokenId);
    /// @dev The token left without the escrow, by its own contract's rules.
    error TokenGone(address nft, uint256 tokenId);

    error WrongDeposit(uint256 sent, uint256 wanted);
    error BranchTooLong(uint256 length, uint256 most);
    /// @dev Script and branch do not lead to the root that the seller gave.
    error ScriptNotOffered(bytes32 scriptHash);
    /// @dev The script serves another reservation or sale. Take another one.
    error ScriptTaken(bytes32 scriptHash, bytes32 holder);

    /// @dev The script is not that of the present or last reservation.
    error ScriptNotReserved(bytes32 scriptHash, bytes32 holder);
    error TooFewHeaders(uint256 count, uint256 least);
    /// @dev The payment's block is older than the reservation.
    error PaymentTooOld(uint256 time, uint256 least);
    error NothingPaid(bytes32 txid);
    error AlreadyCredited(bytes32 txid);
    /// @dev There is still no room under the cap: prove it with DEEP_HEADERS headers.
    error StillWaiting(bytes32 txid);
    /// @dev A receiver failed, and might not have with more gas.
    error GasTooLow(uint256 left, uint256 needed);

    error NothingOwed(address account);
    error TransferRefused(address to, uint256 amount);
    error DeepHeadersTooFew(uint256 count, uint256 least);

    modifier locked() {
        if (_entered != 0) revert Reentered();
        _entered = 1;
        _;
        _entered = 0;
    }

    /// @param relay Knows the targets of the chain.
    /// @param subsidySats What a block earns after the next halving, so that no sale outlives the cap.
    /// @param deepHeaders So many that their cost needs no cap.
    constructor(IRelay relay, uint256 subsidySats, uint256 deepHeaders, Windows memory windows) {
        if (deepHeaders <= MAX_CONFIRMATIONS) revert DeepHeadersTooFew(deepHeaders, MAX_CONFIRMATIONS + 1);
        RELAY = relay;
        CAP = subsidySats / 3;
        DEEP_HEADERS = deepHeaders;
        PAY_WINDOW = windows.pay;
        LOCK_WINDOW = uint256(windows.pay) + windows.grace;
        COOL_DOWN = windows.coolDown;
        LEAVE_WINDOW = windows.leave;
        LAPSE_WINDOW = windows.lapse;
    }

    /// @notice Takes the caller's token, which the escrow has been approved for, and offers it.
    /// @return id Names the sale.
    function list(Terms calldata terms) external locked returns (bytes32 id) {
        _onlySeller(terms);
        _checkTerms(terms);
        id = idOf(terms);
        SaleState sale = _saleIn(Status.None, id);
        _sales[id] = sale.to(Status.Listed);
        for (uint256 i; i < terms.required.length; ++i) {
            _take(keccak256(terms.required[i].script), id);
        }
        emit Listed(id, terms.seller, terms.nft, terms);
        listingOf[terms.nft][terms.tokenId] = id;
        IERC721(terms.nft).transferFrom(terms.seller, address(this), terms.tokenId);
        if (!_owned(terms)) revert TokenNotReceived(terms.nft, terms.tokenId);
    }

    /// @notice Reserves the token for `buyer`, for whom anybody may lay down the deposit.
    /// @dev Nobody should pay before this is final: until then the script may become another's.
    /// @param script Where the buyer will pay: one of the seller's that was never given to anybody.
    /// @param branch Its siblings in the tree of scripts.
    function reserve(Terms calldata terms, address buyer, bytes calldata script, bytes32[] calldata branch)
        external
        payable
        locked
    {
        bytes32 id = idOf(terms);
        SaleState sale = _saleIn(Status.Listed, id);
        _notBefore(sale.changedAt() + COOL_DOWN);
        _checkRecipient(buyer);
        if (!_here(terms, id) || !_owned(terms)) revert TokenGone(terms.nft, terms.tokenId);
        if (msg.value != terms.depositWei) revert WrongDeposit(msg.value, terms.depositWei);
        if (branch.length > MAX_BRANCH) revert BranchTooLong(branch.length, MAX_BRANCH);
        bytes32 scriptHash = keccak256(script);
        if (!MerkleProofLib.verifyCalldata(branch, terms.scriptRoot, keccak256(bytes.concat(scriptHash)))) {
            revert ScriptNotOffered(scriptHash);
        }
        sale = sale.reserve(buyer, block.timestamp);
        _sales[id] = sale;
        _take(scriptHash, reservationOf(id, sale.reservations()));
        (uint256 payBy, uint256 lockUntil) = (block.timestamp + PAY_WINDOW, block.timestamp + LOCK_WINDOW);
        emit Reserved(id, buyer, msg.sender, sale.reservations(), script, payBy, lockUntil);
    }

    /// @notice Proves a payment for the present reservation, or for the last one while there is none. Anybody may call.
    /// @dev Payments add up. Where all of it counts, the token goes to the buyer. Where some is over the cap, the token
    /// is kept for the buyer, and the same call with at least DEEP_HEADERS headers makes it count.
    /// The call that completes the payment of a reserved sale earns the prover's fee.
    /// @param script The reservation's.
    function pay(Terms calldata terms, bytes calldata script, Spv.Proof calldata proof) external locked {
        bytes32 id = idOf(terms);
        SaleState sale = _sales[id];
        if (sale.status() == Status.None || sale.status() > Status.Leaving) revert WrongStatus(id, sale.status());
        bytes32 reservation = reservationOf(id, sale.reservations());
        bytes32 scriptHash = keccak256(script);
        if (holderOf[scriptHash] != reservation) revert ScriptNotReserved(scriptHash, holderOf[scriptHash]);

        Proven memory proven = _prove(terms, scriptHash, sale.reservedAt(), proof);
        Credit memory credit;
        if (sale.credited()) credit = _credits[reservation];
        proven.backed = _back(terms, proof.headers, proven.header, _worth(terms, credit, proven));
        bytes32 key = keccak256(abi.encode(reservation, proven.txid));
        _add(id, credit, proven, _payments[key]);
        if (credit.clearedRequired && credit.cleared >= terms.priceSats) {
            // Nothing of credit and payment is written: a sold sale takes no payment, and its script serves no other.
            _sell(terms, id, sale, credit.cleared);
            return;
        }
        _payments[key] = proven.backed ? Payment.Cleared : Payment.Waiting;
        _credits[reservation] = credit;
        sale = sale.withCredit();
        if (sale.status() != Status.Paid && !credit.lapsed && _allPaid(terms, credit)) _keep(terms, id, sale);
        else _sales[id] = sale;
    }

    /// @notice Ends a reservation that was not paid in time. The deposit is the seller's. Anybody may call.
    function expire(Terms calldata terms) external locked {
        bytes32 id = idOf(terms);
        SaleState sale = _saleIn(Status.Reserved, id);
        _notBefore(sale.reservedAt() + LOCK_WINDOW);
        emit Expired(id, _relist(id, sale));
        _push(terms.seller, terms.depositWei);
    }

    /// @notice Ends the wait for deeper headers. They are still taken, until another buyer reserves. Anybody may call.
    function lapse(Terms calldata terms) external locked {
        bytes32 id = idOf(terms);
        SaleState sale = _saleIn(Status.Paid, id);
        _notBefore(sale.changedAt() + LAPSE_WINDOW);
        _credits[reservationOf(id, sale.reservations())].lapsed = true;
        emit Lapsed(id, _relist(id, sale));
    }

    /// @notice The seller wants the token back. There will be no new reservation.
    function requestWithdraw(Terms calldata terms) external locked {
        _onlySeller(terms);
        bytes32 id = idOf(terms);
        _sales[id] = _saleIn(Status.Listed, id).to(Status.Leaving, block.timestamp);
        emit Leaving(id, block.timestamp + LEAVE_WINDOW);
    }

    /// @notice The seller takes the token back. Its required scripts are free again.
    /// @param to Receives the token; where it is a contract, it must take ERC-721 tokens.
    function close(Terms calldata terms, address to) external locked {
        _onlySeller(terms);
        bytes32 id = idOf(terms);
        SaleState sale = _saleIn(Status.Leaving, id);
        _notBefore(sale.changedAt() + LEAVE_WINDOW);
        _sales[id] = sale.to(Status.Closed);
        for (uint256 i; i < terms.required.length; ++i) {
            delete holderOf[keccak256(terms.required[i].script)];
        }
        emit Closed(id, to);
        _move(terms, id, to);
    }

    /// @notice Takes a token that could not be delivered. The buyer may name another receiver, and anybody may try the
    /// buyer again.
    function collect(Terms calldata terms, address to) external locked {
        bytes32 id = idOf(terms);
        SaleState sale = _saleIn(Status.Held, id);
        if (msg.sender != sale.buyer() && to != sale.buyer()) revert NotBuyer(msg.sender, sale.buyer());
        _sales[id] = sale.to(Status.Sold);
        emit Collected(id, to);
        _move(terms, id, to);
    }

    /// @notice Pays what the caller is owed.
    function withdraw(address to) external locked {
        uint256 amount = owed[msg.sender];
        if (amount == 0) revert NothingOwed(msg.sender);
        owed[msg.sender] = 0;
        emit Withdrawn(msg.sender, to, amount);
        (bool sent,) = to.call{value: amount}("");
        if (!sent) revert TransferRefused(to, amount);
    }

    /// @notice A sale, and what was paid for its last reservation and did not deliver it at once.
    function saleOf(bytes32 id) external view returns (Sale memory sale, Credit memory credit) {
        SaleState s = _sales[id];
        sale = Sale(s.buyer(), s.reservedAt(), s.changedAt(), s.reservations(), s.status());
        credit = _credits[reservationOf(id, s.reservations())];
    }

    /// @notice Names a sale: the keccak256 of its terms, where the list of required outputs stands as its own hash.
    /// @dev Plain: `return keccak256(abi.encode(seller, nft, ..., salt, keccak256(abi.encode(required))));`
    /// Assembly saves each call 1,000 gas. Words are copied as they stand: `list`, which logs all of them, refuses those
    /// that do not fit their types, so no sale has such a name.
    function idOf(Terms calldata terms) public pure returns (bytes32 id) {
        bytes32 required = terms.required.length == 0 ? NONE_REQUIRED : keccak256(abi.encode(terms.required));
        assembly ("memory-safe") {
            let free := mload(0x40)
            calldatacopy(free, terms, 0x120)
            mstore(add(free, 0x120), required)
            id := keccak256(free, 0x140)
        }
    }

    /// @notice Names a reservation of a sale; the first has number 1.
    function reservationOf(bytes32 id, uint256 number) public pure returns (bytes32) {
        return keccak256(abi.encode(id, number));
    }

    function _onlySeller(Terms calldata terms) private view {
        if (msg.sender != terms.seller) revert NotSeller(msg.sender, terms.seller);
    }

    function _saleIn(Status wanted, bytes32 id) private view returns (SaleState sale) {
        sale = _sales[id];
        if (sale.status() != wanted) revert WrongStatus(id, sale.status());
    }

    function _checkTerms(Terms calldata terms) private view {
        if (terms.priceSats == 0) revert ZeroPrice();
        uint256 confirmations = terms.confirmations;
        if (confirmations < MIN_CONFIRMATIONS || confirmations > MAX_CONFIRMATIONS) {
            revert ConfirmationsOutOfRange(confirmations, MIN_CONFIRMATIONS, MAX_CONFIRMATIONS);
        }
        if (terms.proverFeeWei > terms.depositWei) revert FeeOverDeposit(terms.proverFeeWei, terms.depositWei);
        if (terms.required.length > MAX_REQUIRED) revert TooManyRequired(terms.required.length, MAX_REQUIRED);
        uint256 sats = terms.priceSats + _requiredSats(terms);
        uint256 most = confirmations < SPREAD_CONFIRMATIONS ? CAP : CAP * confirmations;
        if (sats > most) revert PriceOverCap(sats, most);
    }

    function _checkRecipient(address to) private view {
        if (to == address(0) || to == address(this)) revert BadRecipient(to);
    }

    function _notBefore(uint256 from) private view {
        if (block.timestamp < from) revert TooEarly(block.timestamp, from);
    }

    function _take(bytes32 scriptHash, bytes32 holder) private {
        if (holderOf[scriptHash] != 0) revert ScriptTaken(scriptHash, holderOf[scriptHash]);
        holderOf[scriptHash] = holder;
    }

    function _requiredSats(Terms calldata terms) private pure returns (uint256 sats) {
        for (uint256 i; i < terms.required.length; ++i) {
            sats += terms.required[i].sats;
        }
    }

    /// @dev The payment's transaction is under enough headers, the first is not older than the reservation, and it pays.
    function _prove(Terms calldata terms, bytes32 scriptHash, uint256 reservedAt, Spv.Proof calldata proof)
        private
        view
        returns (Proven memory proven)
    {
        uint256 count = Header.count(proof.headers);
        if (count < terms.confirmations) revert TooFewHeaders(count, terms.confirmations);
        uint256 time;
        (proven.txid, proven.header, time) = Spv.verify(proof, RELAY);
        if (time + CLOCK_SLACK < reservedAt) revert PaymentTooOld(time, reservedAt - CLOCK_SLACK);
        (proven.sats, proven.required) = _read(proof.transaction, scriptHash, terms.required);
        if (proven.sats == 0) revert NothingPaid(proven.txid);
    }

    /// @dev What a transaction pays to the script, and whether it pays all that is required besides.
    function _read(bytes calldata data, bytes32 scriptHash, Output[] calldata required)
        private
        pure
        returns (uint256 sats, bool allRequired)
    {
        Wanted[] memory wanted = new Wanted[](required.length);
        for (uint256 i; i < wanted.length; ++i) {
            wanted[i].scriptHash = keccak256(required[i].script);
        }
        (uint256 pos, uint256 outputs) = Transaction.open(data);
        for (; outputs != 0; --outputs) {
            (uint256 script,, uint256 next) = Transaction.output(data, pos);
            bytes32 found = keccak256(data[script:next]);
            if (found == scriptHash) sats += Transaction.value(data, pos);
            for (uint256 i; i < wanted.length; ++i) {
                if (found == wanted[i].scriptHash) wanted[i].paid += Transaction.value(data, pos);
            }
            pos = next;
        }
        Transaction.close(data, pos);
        allRequired = true;
        for (uint256 i; i < wanted.length; ++i) {
            if (wanted[i].paid < required[i].sats) allRequired = false;
        }
    }

    /// @dev What a deceiver would gain by this payment: what it adds towards the price, and required outputs if they were
    /// still to be paid. Who pays more than the price has given it away.
    function _worth(Terms calldata terms, Credit memory credit, Proven memory proven)
        private
        pure
        returns (uint256 worth)
    {
        worth = FixedPointMathLib.min(proven.sats, FixedPointMathLib.zeroFloorSub(terms.priceSats, credit.cleared));
        if (proven.required && !credit.clearedRequired) worth += _requiredSats(terms);
    }

    /// @dev Adds what a payment is worth to the exposure of the header that holds it or, where a sale is worth more than
    /// one header may back, evenly to its first `confirmations` headers. False, and nothing is added, where one of them
    /// has no room. A chain of M false headers gains at most M * CAP so, in whichever mixture of sales.
    function _back(Terms calldata terms, bytes calldata headers, bytes32 header, uint256 worth) private returns (bool) {
        uint256 count = headers.length / Header.LENGTH;
        if (count >= DEEP_HEADERS) return true;
        uint256 spread = terms.priceSats + _requiredSats(terms) > CAP ? terms.confirmations : 1;
        uint256 share = FixedPointMathLib.divUp(worth, spread);
        bytes32[] memory backing = new bytes32[](spread);
        for (uint256 i; i < spread; ++i) {
            if (i != 0) header = _hashAt(headers, count, i);
            if (exposure[header] + share > CAP) return false;
            backing[i] = header;
        }
        for (uint256 i; i < spread; ++i) {
            exposure[backing[i]] += share;
        }
        return true;
    }

    /// @dev The hash of the header at `index`: the next header states it.
    function _hashAt(bytes calldata headers, uint256 count, uint256 index) private view returns (bytes32) {
        uint256 next = (index + 1) * Header.LENGTH;
        return index + 1 == count ? Sha256d.hash(headers[next - Header.LENGTH:]) : bytes32(headers[next + 4:next + 36]);
    }

    function _add(bytes32 id, Credit memory credit, Proven memory proven, Payment before) private {
        if (before == Payment.Cleared) revert AlreadyCredited(proven.txid);
        uint112 sats = uint112(proven.sats);
        if (proven.backed) {
            credit.cleared += sats;
            if (before == Payment.Waiting) credit.waiting -= sats;
            if (proven.required) credit.clearedRequired = true;
            emit Credited(id, proven.txid, proven.header, sats, credit.cleared);
        } else {
            if (before == Payment.Waiting) revert StillWaiting(proven.txid);
            credit.waiting += sats;
            if (proven.required) credit.waitingRequired = true;
            emit Waiting(id, proven.txid, proven.header, sats, credit.waiting);
        }
    }

    function _allPaid(Terms calldata terms, Credit memory credit) private pure returns (bool) {
        return (credit.clearedRequired || credit.waitingRequired) && credit.cleared + credit.waiting >= terms.priceSats;
    }

    /// @dev Keeps the token for the buyer until deeper headers come.
    function _keep(Terms calldata terms, bytes32 id, SaleState sale) private {
        _sales[id] = sale.to(Status.Paid, block.timestamp);
        bool reserved = sale.status() == Status.Reserved;
        uint256 fee = reserved ? terms.proverFeeWei : 0;
        emit Paid(id, sale.buyer(), msg.sender, fee, block.timestamp + LAPSE_WINDOW);
        if (reserved) _returnDeposit(terms, sale.buyer());
    }

    function _sell(Terms calldata terms, bytes32 id, SaleState sale, uint256 paid) private {
        _sales[id] = sale.to(Status.Sold);
        if (paid > terms.priceSats) emit PaidOver(id, paid - terms.priceSats);
        bool reserved = sale.status() == Status.Reserved;
        emit Sold(id, sale.buyer(), msg.sender, reserved ? terms.proverFeeWei : 0);
        if (reserved) _returnDeposit(terms, sale.buyer());
        if (!_deliver(terms, id, sale.buyer())) {
            _sales[id] = sale.to(Status.Held);
            emit Held(id, sale.buyer());
        }
    }

    /// @dev Listed again, with the time from which the cool-down counts.
    /// @return paid Satoshis for the reservation that ends.
    function _relist(bytes32 id, SaleState sale) private returns (uint256 paid) {
        _sales[id] = sale.to(Status.Listed, block.timestamp);
        if (sale.credited()) {
            Credit storage credit = _credits[reservationOf(id, sale.reservations())];
            paid = uint256(credit.cleared) + credit.waiting;
        }
    }

    function _returnDeposit(Terms calldata terms, address buyer) private {
        _push(msg.sender, terms.proverFeeWei);
        _push(buyer, terms.depositWei - terms.proverFeeWei);
    }

    /// @dev Sends ETH, or owes it to an account that refuses it: nobody can stop a sale by refusing.
    function _push(address to, uint256 amount) private {
        if (amount == 0) return;
        uint256 left = gasleft();
        if (SafeTransferLib.trySafeTransferETH(to, amount, PUSH_GAS)) return;
        _checkGas(left, PUSH_GAS);
        owed[to] += amount;
        emit Owed(to, amount);
    }

    /// @dev False where the buyer, or the token, refuses.
    function _deliver(Terms calldata terms, bytes32 id, address buyer) private returns (bool) {
        if (!_here(terms, id)) return false;
        IERC721 nft = IERC721(terms.nft);
        uint256 left = gasleft();
        bool delivered;
        if (buyer.code.length == 0) {
            try nft.transferFrom{gas: DELIVERY_GAS}(address(this), buyer, terms.tokenId) {
                delivered = true;
            } catch {}
        } else {
            try nft.safeTransferFrom{gas: DELIVERY_GAS}(address(this), buyer, terms.tokenId) {
                delivered = true;
            } catch {}
        }
        if (delivered) delete listingOf[terms.nft][terms.tokenId];
        else _checkGas(left, DELIVERY_GAS);
        return delivered;
    }

    /// @dev A call is given 63/64 of what is left, so a prover could let it fail by sending little gas.
    function _checkGas(uint256 left, uint256 given) private pure {
        uint256 needed = given * 64 / 63 + CALL_OVERHEAD;
        if (left < needed) revert GasTooLow(left, needed);
    }

    /// @dev To an account without code in the plain way: some tokens know no other, and all must be able to leave.
    function _move(Terms calldata terms, bytes32 id, address to) private {
        _checkRecipient(to);
        if (!_here(terms, id)) revert TokenGone(terms.nft, terms.tokenId);
        delete listingOf[terms.nft][terms.tokenId];
        IERC721 nft = IERC721(terms.nft);
        if (to.code.length == 0) nft.transferFrom(address(this), to, terms.tokenId);
        else nft.safeTransferFrom(address(this), to, terms.tokenId);
    }

    function _here(Terms calldata terms, bytes32 id) private view returns (bool) {
        return listingOf[terms.nft][terms.tokenId] == id;
    }

    function _owned(Terms calldata terms) private view returns (bool) {
        return IERC721(terms.nft).ownerOf(terms.tokenId) == address(this);
    }
}
