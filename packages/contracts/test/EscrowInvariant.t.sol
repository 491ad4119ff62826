// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Escrow} from "../src/Escrow.sol";
import {Status} from "../src/EscrowState.sol";
import {FixedTargetRelay} from "../src/bitcoin/FixedTargetRelay.sol";
import {Spv} from "../src/bitcoin/Spv.sol";
import {Actor} from "./EscrowActors.sol";
import {EscrowFixture, Payments} from "./EscrowFixture.sol";
import {PlainMint} from "./PlainMint.sol";
import {Test} from "./Vm.sol";

/// @notice Sellers, buyers, provers and miners who do at random what they may and what they may not, with plain books of
/// their own. Each call is foretold: what the escrow must take, it takes, and what it must refuse, it refuses.
contract Market is Test {
    using Payments for Payments.Outputs;

    uint256 internal constant DEEP = 13;
    uint256 internal constant BLOCKS = 3;
    /// @dev The last block of a stretch has as many headers over it as a deep proof needs.
    uint256 internal constant HEADERS = BLOCKS - 1 + DEEP;

    /// @dev What a transaction pays: up to two sales, by the scripts that they had then.
    struct Sent {
        bytes data;
        uint256[2] sales;
        uint256[2] scripts;
        uint256[2] sats;
        bool required;
    }

    struct Attempt {
        uint256 sale;
        uint256 script;
        uint256 sats;
        bool required;
        uint256 time;
        Spv.Proof proof;
    }

    /// @dev Three blocks of three transactions, in two forks.
    struct Stretch {
        uint256[3][3] sent;
        uint256 time;
        bytes[2] chains;
    }

    Escrow public escrow;
    PlainMint public nft;
    uint256 public forced;
    address[] public people;
    bytes32[] public headers;

    bytes[] private _terms;
    Sent[] private _sent;
    uint256[] private _mempool;
    Stretch[] private _stretches;

    // Books.
    mapping(uint256 sale => uint256 script) private _scriptOf;
    mapping(uint256 script => bool) private _used;
    mapping(uint256 sale => Status) public last;
    mapping(uint256 sale => uint256) public departures;
    mapping(bytes32 reservation => uint256 sats) private _paid;
    mapping(bytes32 reservation => bool) private _requiredPaid;
    mapping(bytes32 reservation => bool) private _lapsed;
    /// @dev 1 waits, 2 counts.
    mapping(bytes32 reservationAndTxid => uint256) private _seen;
    mapping(bytes32 txidAndScript => uint256) private _creditings;

    constructor(Escrow escrow_, PlainMint nft_) {
        (escrow, nft) = (escrow_, nft_);
        for (uint160 i; i < 4; ++i) {
            people.push(address(0x1000 + i));
        }
        people.push(address(new Actor()));
        people.push(address(new Actor()));
        _sent.push();
    }

    // What people do.

    function list(uint256 seed) public {
        Escrow.Terms memory t;
        uint256 sale = _terms.length;
        t.seller = people[seed % 4];
        (t.nft, t.tokenId, t.salt) = (address(nft), sale + 1, seed);
        t.confirmations = uint8(3 + (seed >> 8) % 6);
        uint256 most = (t.confirmations < 6 ? 1 : t.confirmations) * escrow.CAP() - 3;
        t.priceSats = uint64((seed >> 12) % 2 == 0 ? most : 1 + (seed >> 16) % most);
        // Sellers offer four scripts, and some offer those of others.
        (t.scriptRoot,) = Payments.tree(_firstScript(sale), 2, 0);
        t.depositWei = uint128((seed >> 80) % 1000);
        t.proverFeeWei = uint128(t.depositWei * ((seed >> 100) % 5) / 4);
        if ((seed >> 120) % 3 == 0) {
            t.required = new Escrow.Output[](1);
            t.required[0] = Escrow.Output(3, Payments.script(1_000_000 + sale));
        }
        nft.mint(t.seller, t.tokenId);
        vm.prank(t.seller);
        nft.setApprovalForAll(address(escrow), true);
        vm.prank(t.seller);
        escrow.list(t);
        _terms.push(abi.encode(t));
        _follow(sale);
    }

    function reserve(uint256 seed) public {
        if (_terms.length == 0) list(seed);
        _reserve(_pick(seed), seed >> 8);
    }

    /// @notice A transaction that pays one or two reserved sales, all, too little or too much.
    function send(uint256 seed) public {
        if (_terms.length == 0) list(seed);
        _send(_pick(seed), (seed >> 8) % 3 == 0 ? _pick(seed >> 16) : type(uint256).max, seed >> 24);
    }

    function _reserve(uint256 sale, uint256 seed) private {
        Escrow.Terms memory t = terms(sale);
        uint256 script = _firstScript(sale) + seed % 4;
        (, bytes32[] memory branch) = Payments.tree(_firstScript(sale), 2, seed % 4);
        Escrow.Sale memory before = saleOf(sale);
        bool open = before.status == Status.Listed && block.timestamp >= before.changedAt + 12 hours;
        bool possible = open && !_used[script];
        vm.deal(address(this), t.depositWei);
        try escrow.reserve{value: t.depositWei}(
            t, people[(seed >> 8) % people.length], Payments.script(script), branch
        ) {
            hold("may be reserved", possible);
            _used[script] = true;
            _scriptOf[sale] = script;
        } catch {
            hold("may not be reserved", !possible);
        }
        _follow(sale);
    }

    function _send(uint256 first, uint256 second, uint256 seed) private {
        Sent memory sent;
        Payments.Outputs memory outputs = Payments.none();
        sent.required = seed % 4 != 0;
        for (uint256 i; i < 2; ++i) {
            uint256 sale = i == 0 ? first : second;
            if ((i == 1 && sale == first) || sale >= _terms.length || _scriptOf[sale] == 0) continue;
            uint256 draw = seed >> (8 + 64 * i);
            uint256 price = terms(sale).priceSats;
            sent.sales[i] = sale;
            sent.scripts[i] = _scriptOf[sale];
            sent.sats[i] = draw % 3 == 0 ? 1 + (draw >> 8) % price : price + (draw >> 8) % 2;
            outputs = outputs.pays(sent.sats[i], Payments.script(sent.scripts[i]));
            Escrow.Output[] memory wanted = terms(sale).required;
            if (sent.required && wanted.length != 0) outputs = outputs.pays(wanted[0].sats, wanted[0].script);
        }
        outputs = outputs.pays(1234, Payments.script(2_000_000));
        sent.data = Payments.transaction(outputs, _sent.length);
        _mempool.push(_sent.length);
        _sent.push(sent);
    }

    /// @notice Up to nine transactions, each in a block of both forks.
    function mine(uint256 seed) public {
        Stretch storage stretch = _stretches.push();
        stretch.time = block.timestamp - seed % 3 hours;
        bytes32[][2] memory roots = [new bytes32[](HEADERS), new bytes32[](HEADERS)];
        for (uint256 i; i < 9 && _mempool.length != 0; ++i) {
            // Spread over the blocks as the seed has it.
            stretch.sent[(seed >> i) % 2 + i / 6][i % 3] = _mempool[_mempool.length - 1];
            _mempool.pop();
        }
        for (uint256 fork; fork < 2; ++fork) {
            for (uint256 i; i < HEADERS; ++i) {
                uint256 salt = _salt(_stretches.length - 1, fork, i);
                if (i < BLOCKS) (, roots[fork][i]) = Payments.inBlock(_block(stretch.sent[i]), 1, 0, salt);
                else roots[fork][i] = bytes32(salt);
            }
            bytes memory chain = Payments.headers(roots[fork], stretch.time, 2 * _stretches.length + fork);
            stretch.chains[fork] = chain;
            for (uint256 i; i < HEADERS; ++i) {
                headers.push(Payments.hashAt(chain, i));
            }
        }
    }

    function prove(uint256 seed) external {
        if (_stretches.length == 0) return;
        uint256 headers_ = (seed >> 8) % 3 == 0 ? DEEP : 3 + (seed >> 16) % 7;
        uint256 which = (seed >> 24) % _stretches.length;
        _prove(which, (seed >> 88) % BLOCKS, (seed >> 96) % 3, headers_, seed >> 128);
    }

    /// @notice From the reservations to the proofs without a rest, for up to three sales in one block.
    function buy(uint256 seed) external {
        uint256 sales = 1 + seed % 3;
        for (uint256 i; i < sales; ++i) {
            uint256 sale = _pick(seed >> (8 + 40 * i));
            if (_terms.length == 0 || saleOf(sale).status != Status.Listed) {
                list(uint256(keccak256(abi.encode(seed, i))));
                sale = _terms.length - 1;
            }
            _reserve(sale, seed >> (16 + 40 * i));
            _send(sale, type(uint256).max, seed >> (24 + 40 * i));
        }
        mine(0);
        for (uint256 i; i < sales; ++i) {
            uint256 sale = _sent[_stretches[_stretches.length - 1].sent[0][i]].sales[0];
            _prove(_stretches.length - 1, 0, i, terms(sale).confirmations, seed >> (160 + 8 * i));
            if ((seed >> (240 + i)) % 3 == 0) _prove(_stretches.length - 1, 0, i, DEEP, seed >> (190 + 8 * i));
        }
    }

    /// @notice The next thing that time brings, done at the first moment or just before it.
    function next(uint256 seed) external {
        if (_terms.length == 0) return;
        uint256 sale = _pick(seed);
        Escrow.Sale memory now_ = saleOf(sale);
        uint256 due = block.timestamp;
        if (now_.status == Status.Reserved) due = now_.reservedAt + 26 hours;
        if (now_.status == Status.Paid) due = now_.changedAt + 14 days;
        if (now_.status == Status.Leaving) due = now_.changedAt + 24 hours;
        due -= (seed >> 8) % 3 == 0 ? 1 : 0;
        if (due > block.timestamp) vm.warp(due);
        address seller = terms(sale).seller;
        if (now_.status == Status.Reserved) _expire(sale);
        if (now_.status == Status.Paid) _lapse(sale);
        if (now_.status == Status.Listed) _leave(sale, seller);
        if (now_.status == Status.Leaving) _close(sale, seller);
        if (now_.status == Status.Held) _collect(sale, now_.buyer, people[(seed >> 16) % people.length]);
    }

    function _prove(uint256 which, uint256 number, uint256 place, uint256 headers_, uint256 seed) private {
        Attempt memory attempt;
        Stretch storage stretch = _stretches[which];
        Sent memory sent = _sent[stretch.sent[number][place]];
        uint256 target = sent.scripts[seed % 2] == 0 ? 0 : seed % 2;
        if (sent.scripts[target] == 0) return;
        (attempt.sale, attempt.script) = (sent.sales[target], sent.scripts[target]);
        (attempt.sats, attempt.required) = (sent.sats[target], sent.required);
        attempt.time = stretch.time + 10 * number;
        uint256 salt = _salt(which, (seed >> 1) % 2, number);
        (attempt.proof,) = Payments.inBlock(_block(stretch.sent[number]), place + 1, 0, salt);
        attempt.proof.headers = Payments.part(stretch.chains[(seed >> 1) % 2], number, number + headers_);
        _pay(attempt, people[(seed >> 2) % people.length]);
    }

    function expire(uint256 seed) external {
        if (_terms.length != 0) _expire(_pick(seed));
    }

    function _expire(uint256 sale) private {
        Escrow.Sale memory before = saleOf(sale);
        bool possible = before.status == Status.Reserved && block.timestamp >= before.reservedAt + 26 hours;
        try escrow.expire(terms(sale)) {
            hold("may expire", possible);
        } catch {
            hold("may not expire", !possible);
        }
        _follow(sale);
    }

    function lapse(uint256 seed) external {
        if (_terms.length != 0) _lapse(_pick(seed));
    }

    function _lapse(uint256 sale) private {
        Escrow.Sale memory before = saleOf(sale);
        bool possible = before.status == Status.Paid && block.timestamp >= before.changedAt + 14 days;
        try escrow.lapse(terms(sale)) {
            hold("may lapse", possible);
            _lapsed[escrow.reservationOf(id(sale), before.reservations)] = true;
        } catch {
            hold("may not lapse", !possible);
        }
        _follow(sale);
    }

    /// @notice The seller, or another, wants the token back.
    function leave(uint256 seed) external {
        if (_terms.length != 0) _leave(_pick(seed), people[(seed >> 8) % 4]);
    }

    function _leave(uint256 sale, address who) private {
        bool possible = saleOf(sale).status == Status.Listed && who == terms(sale).seller;
        vm.prank(who);
        try escrow.requestWithdraw(terms(sale)) {
            hold("may leave", possible);
        } catch {
            hold("may not leave", !possible);
        }
        _follow(sale);
    }

    function close(uint256 seed) external {
        if (_terms.length != 0) _close(_pick(seed), people[(seed >> 8) % 4]);
    }

    function _close(uint256 sale, address who) private {
        Escrow.Sale memory before = saleOf(sale);
        bool possible = before.status == Status.Leaving && who == terms(sale).seller
            && block.timestamp >= before.changedAt + 24 hours;
        vm.prank(who);
        try escrow.close(terms(sale), who) {
            hold("may close", possible);
        } catch {
            hold("may not close", !possible);
        }
        _follow(sale);
    }

    function collect(uint256 seed) external {
        if (_terms.length == 0) return;
        _collect(_pick(seed), people[(seed >> 8) % people.length], people[(seed >> 16) % people.length]);
    }

    function _collect(uint256 sale, address who, address to) private {
        Escrow.Sale memory before = saleOf(sale);
        bool possible = before.status == Status.Held && (who == before.buyer || to == before.buyer)
            && !(to.code.length != 0 && Actor(payable(to)).refusesTokens());
        vm.prank(who);
        try escrow.collect(terms(sale), to) {
            hold("may collect", possible);
            same("collected", nft.ownerOf(sale + 1), to);
        } catch {
            hold("may not collect", !possible);
        }
        _follow(sale);
    }

    function withdraw(uint256 seed) external {
        address who = people[seed % people.length];
        uint256 due = escrow.owed(who);
        uint256 had = address(0xCA54).balance;
        vm.prank(who);
        try escrow.withdraw(address(0xCA54)) {
            hold("was owed", due != 0);
            same("paid", address(0xCA54).balance, had + due);
        } catch {
            hold("was not owed", due == 0);
        }
    }

    /// @notice Contracts change their minds about what they take.
    function mood(uint256 seed) external {
        Actor(payable(people[4 + seed % 2])).refuse((seed >> 8) % 2 == 0, (seed >> 9) % 2 == 0);
    }

    function force(uint8 amount) external {
        forced += amount;
        vm.deal(address(escrow), address(escrow).balance + amount);
    }

    function wait(uint256 seed) external {
        vm.warp(block.timestamp + (seed % 8 == 0 ? 14 days : (seed >> 8) % 30 hours));
    }

    // What there is.

    function count() external view returns (uint256) {
        return _terms.length;
    }

    function headerCount() external view returns (uint256) {
        return headers.length;
    }

    function peopleCount() external view returns (uint256) {
        return people.length;
    }

    function terms(uint256 sale) public view returns (Escrow.Terms memory) {
        return abi.decode(_terms[sale], (Escrow.Terms));
    }

    function id(uint256 sale) public view returns (bytes32) {
        return escrow.idOf(terms(sale));
    }

    function saleOf(uint256 sale) public view returns (Escrow.Sale memory state) {
        (state,) = escrow.saleOf(id(sale));
    }

    /// @dev One of the last four sales: old ones are mostly at their end.
    function _pick(uint256 seed) private view returns (uint256) {
        uint256 back = seed % 4;
        return back < _terms.length ? _terms.length - 1 - back : 0;
    }

    /// @dev A script of another sale is offered by every third.
    function _firstScript(uint256 sale) private pure returns (uint256) {
        return 1 + 4 * (sale % 3 == 2 ? sale - 1 : sale);
    }

    function _salt(uint256 stretch, uint256 fork, uint256 number) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(stretch, fork, number)));
    }

    function _block(uint256[3] storage sent) private view returns (bytes[3] memory data) {
        for (uint256 i; i < 3; ++i) {
            data[i] = sent[i] == 0 ? new bytes(65 + i) : _sent[sent[i]].data;
        }
    }

    function _pay(Attempt memory attempt, address prover) private {
        uint256 sale = attempt.sale;
        Spv.Proof memory proof = attempt.proof;
        Escrow.Terms memory t = terms(sale);
        Escrow.Sale memory before = saleOf(sale);
        bytes32 reservation = escrow.reservationOf(id(sale), before.reservations);
        bytes32 txid = sha256(abi.encodePacked(sha256(proof.transaction)));
        bytes32 key = keccak256(abi.encode(reservation, txid));
        if (t.required.length == 0) attempt.required = true;
        bool possible = before.status != Status.None && before.status <= Status.Leaving
            && _scriptOf[sale] == attempt.script && attempt.time + 2 hours >= before.reservedAt
            && proof.headers.length >= 80 * uint256(t.confirmations) && _seen[key] != 2;
        bool room = possible && (proof.headers.length >= 80 * DEEP || _room(t, attempt));
        possible = possible && (room || _seen[key] == 0);

        vm.prank(prover);
        try escrow.pay(t, Payments.script(attempt.script), proof) {
            hold("may be paid", possible);
            if (_seen[key] == 0) _paid[reservation] += attempt.sats;
            _seen[key] = room ? 2 : 1;
            if (room) hold("once over all sales", ++_creditings[keccak256(abi.encode(txid, attempt.script))] == 1);
            if (attempt.required) _requiredPaid[reservation] = true;
            Status now_ = saleOf(sale).status;
            if (_paid[reservation] >= t.priceSats && _requiredPaid[reservation] && !_lapsed[reservation]) {
                hold("delivered, held or kept", now_ == Status.Sold || now_ == Status.Held || now_ == Status.Paid);
            } else if (!_lapsed[reservation]) {
                hold("not yet", now_ == before.status);
            }
            if (now_ == Status.Sold) same("delivered", nft.ownerOf(t.tokenId), before.buyer);
        } catch {
            hold("may not be paid", !possible);
        }
        _follow(sale);
    }

    /// @dev Whether the headers that are to back a payment have room for what it is worth.
    function _room(Escrow.Terms memory t, Attempt memory attempt) private view returns (bool) {
        (, Escrow.Credit memory credit) = escrow.saleOf(escrow.idOf(t));
        uint256 extra = t.required.length == 0 ? 0 : t.required[0].sats;
        uint256 missing = credit.cleared >= t.priceSats ? 0 : t.priceSats - credit.cleared;
        uint256 worth = (attempt.sats < missing ? attempt.sats : missing)
            + (attempt.required && !credit.clearedRequired ? extra : 0);
        uint256 wide = t.priceSats + extra > escrow.CAP() ? t.confirmations : 1;
        for (uint256 i; i < wide; ++i) {
            uint256 used = escrow.exposure(Payments.hashAt(attempt.proof.headers, i));
            if (used + (worth + wide - 1) / wide > escrow.CAP()) return false;
        }
        return true;
    }

    /// @dev After each call on a sale: no way leads back from the end, and each departure is counted.
    function _follow(uint256 sale) private {
        (Status before, Status now_) = (last[sale], saleOf(sale).status);
        if (before == Status.Sold || before == Status.Closed) hold("the end", now_ == before);
        else if (now_ == Status.Sold || now_ == Status.Closed) ++departures[sale];
        if (before == Status.Held) hold("held or taken", now_ == Status.Held || now_ == Status.Sold);
        if (before == Status.Reserved || before == Status.Paid) {
            hold("no withdrawal", now_ != Status.Leaving && now_ != Status.Closed);
        }
        last[sale] = now_;
    }
}

contract EscrowInvariantTest is EscrowFixture {
    Market internal market;

    function setUp() public override {
        super.setUp();
        escrow = new Escrow(new FixedTargetRelay(0x207fffff), SUBSIDY, 13, windows());
        market = new Market(escrow, nft);
    }

    /// @dev forge-std's way to say whom to call.
    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(market);
    }

    /// @dev One invariant, because each is a campaign of its own.
    function invariant_books() public view {
        _money();
        _tokens();
        _exposure();
    }

    function _money() private view {
        uint256 debts = market.forced();
        for (uint256 i; i < market.count(); ++i) {
            if (market.saleOf(i).status == Status.Reserved) debts += market.terms(i).depositWei;
        }
        for (uint256 i; i < market.peopleCount(); ++i) {
            debts += escrow.owed(market.people(i));
        }
        same("debts to the wei", address(escrow).balance, debts);
    }

    function _tokens() private view {
        for (uint256 i; i < market.count(); ++i) {
            Status status = market.saleOf(i).status;
            bool out = status == Status.Sold || status == Status.Closed;
            same("left once, or not", market.departures(i), out ? 1 : 0);
            hold("here, or out", (nft.ownerOf(i + 1) == address(escrow)) != out);
            same("known", escrow.listingOf(address(nft), i + 1), out ? bytes32(0) : market.id(i));
        }
    }

    function _exposure() private view {
        for (uint256 i; i < market.headerCount(); ++i) {
            hold("cap", escrow.exposure(market.headers(i)) <= escrow.CAP());
        }
    }

    /// @dev A market that nobody uses would prove nothing: sales come to every state there is.
    function test_everyState() external {
        bytes4[8] memory acts = [
            market.buy.selector,
            market.next.selector,
            market.next.selector,
            market.next.selector,
            market.mood.selector,
            market.prove.selector,
            market.wait.selector,
            market.collect.selector
        ];
        uint256 reached;
        for (uint256 i; i < 120; ++i) {
            bytes4 act = acts[uint256(keccak256(abi.encode(i))) % acts.length];
            (bool ok,) = address(market).call(abi.encodeWithSelector(act, keccak256(abi.encode(i, act))));
            hold("foretold", ok);
            for (uint256 j; j < market.count(); ++j) {
                reached |= 1 << uint256(market.last(j));
            }
        }
        same("all but None", reached, 0xfe);
        invariant_books();
    }

    /// @dev From wherever a run ends, a few calls of those concerned bring every token out.
    function afterInvariant() external {
        for (uint256 i; i < market.count(); ++i) {
            Escrow.Terms memory t = market.terms(i);
            for (uint256 steps; nft.ownerOf(i + 1) == address(escrow); ++steps) {
                hold("a way out", steps < 4);
                Escrow.Sale memory sale = market.saleOf(i);
                vm.warp(block.timestamp + 15 days);
                if (sale.status == Status.Reserved) {
                    escrow.expire(t);
                } else if (sale.status == Status.Paid) {
                    escrow.lapse(t);
                } else if (sale.status == Status.Listed) {
                    vm.prank(t.seller);
                    escrow.requestWithdraw(t);
                } else if (sale.status == Status.Leaving) {
                    vm.prank(t.seller);
                    escrow.close(t, address(0x5AFE));
                } else {
                    vm.prank(sale.buyer);
                    escrow.collect(t, address(0x5AFE));
                }
            }
        }
        _money();
    }
}
