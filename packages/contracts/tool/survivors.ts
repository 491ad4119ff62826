/** Mutants that no test can kill, by key, each with the reason; README.md shows the same table. */
export const survivors: Readonly<Record<string, string>> = {
  "src/Collection.sol Collection.turn: took >= 4 * should => (took) > (4 * should)":
    "At exactly fourfold both ways to reckon give the same target.",
  "src/Collection.sol Collection.turn: 4 * took <= should => (4 * took) < (should)":
    "At exactly a quarter both ways to reckon give the same target.",
  "src/Splitter.sol Splitter.artist: 20 => 20 + 1": "More bytes are read than the type keeps.",
  "src/Splitter.sol Splitter.miner: 40 => 40 + 1": "More bytes are read than the type keeps.",
  "src/Splitter.sol Splitter.artistBps: 42 => 42 + 1": "More bytes are read than the type keeps, and none are left.",
  "src/Splitter.sol Splitter.due: entitled > had => (entitled) >= (had)":
    "Where both are equal the difference is 0 too.",
  "src/Terms.sol TermsCode.encode: uint32(0) => 0 + 1": "Spare bits of the first word, which nothing reads.",
  "src/Terms.sol TermsCode._word: 0x20 => add(0x20, 1)": "One byte more is copied, into scratch space.",
  "src/bitcoin/Coinbase.sol Coinbase.commitment: 192 => 192 - 1":
    "One bit more is the first of the script's length, which is 38 here.",
  "src/bitcoin/Sha256d.sol Sha256d.hash: 0x40 => add(0x40, 1)":
    "Another place behind the free memory, which is hashed and forgotten all the same.",
  "src/bitcoin/Sha256d.sol Sha256d.hash: 0x20 => add(0x20, 1)":
    "The precompile returns 32 bytes, however many are asked for.",
  "src/bitcoin/Sha256d.sol Sha256d.hash: 0x20 => add(0x20, 1) #3":
    "The precompile returns 32 bytes, however many are asked for.",
  "src/bitcoin/Sha256d.sol Sha256d.hash: iszero(staticcall(gas(), 2, 0x00, 0x20, 0x00, 0x20)) => 0":
    "Where the gas is short of this hash, a 64th of it is left: too little to return.",
  "src/bitcoin/Sha256d.sol Sha256d.foldLeft: 0x20 => add(0x20, 1) #4":
    "The precompile returns 32 bytes, however many are asked for.",
  "src/bitcoin/Sha256d.sol Sha256d.foldLeft: 0x20 => add(0x20, 1) #5":
    "The precompile returns 32 bytes, however many are asked for.",
  "src/bitcoin/Sha256d.sol Sha256d.foldLeft: iszero(ok) => 0":
    "Where the gas is short of a hash, a 64th of it is left: too little to go on.",
  "src/bitcoin/Sha256d.sol Sha256d.fold: 0x20 => add(0x20, 1)":
    "The lowest bits of a number moved up by five are zeros.",
  "src/bitcoin/Sha256d.sol Sha256d.fold: 0x20 => add(0x20, 1) #6":
    "The precompile returns 32 bytes, however many are asked for.",
  "src/bitcoin/Sha256d.sol Sha256d.fold: 0x20 => add(0x20, 1) #7":
    "The precompile returns 32 bytes, however many are asked for.",
  "src/bitcoin/Sha256d.sol Sha256d.fold: iszero(ok) => 0":
    "Where the gas is short of a hash, a 64th of it is left: too little to go on.",
  "src/bitcoin/Relay.sol Relay.verify: stated != bits || epochs_ != 1 => true":
    "The long way round gives the same epochs; the shortcut saves gas.",
  "src/bitcoin/Relay.sol Relay.verify: 1 => 1 + 1": "The long way round gives the same epochs; the shortcut saves gas.",
  "src/bitcoin/Relay.sol Relay.verify: 1 => 1 - 1": "The long way round gives the same epochs; the shortcut saves gas.",
  "src/bitcoin/Relay.sol Relay.verify: stated != bits => true": "The same bits give the same target, once more.",
  "src/bitcoin/Target.sol Target.toBits: exponent > 3 => (exponent) >= (3)": "At 3 both sides shift by nothing.",
  "src/bitcoin/Target.sol Target.fromBits: exponent > 3 => (exponent) >= (3)": "At 3 both sides shift by nothing.",
  "src/bitcoin/Relay.sol Relay._seam: end > start => (end) >= (start)": "Where both are equal either is the later.",
  "src/bitcoin/Relay.sol Relay._seam: 0 => 0 + 1 #2": "The first header follows anything.",
  "src/bitcoin/Relay.sol Relay._followed: 2 => 2 + 1":
    "Asks also for the epoch's own bit, which counts a line later anyway.",
  "src/bitcoin/Target.sol Target.fromBits: 3 => 3 - 1": "At 3 both sides shift by nothing.",
  "src/bitcoin/Target.sol Target.toBits: 3 => 3 - 1 #2": "At 3 both sides shift by nothing.",
  "src/bitcoin/Target.sol Target.retarget: end > start => (end) >= (start)":
    "Where both are equal the difference is 0 too.",
  "src/bitcoin/Target.sol Target.retarget: 0 => 0 + 1": "Raised to a quarter of what is due, which is 1 at least.",
  "src/bitcoin/Target.sol Target.retarget: taken < due / 4 => (taken) <= (due / 4)":
    "At the bound it is set to what it is.",
  "src/bitcoin/Target.sol Target.retarget: taken > due * 4 => (taken) >= (due * 4)":
    "At the bound it is set to what it is.",
  "src/bitcoin/Target.sol Target.retarget: next < limit => (next) <= (limit)":
    "Where both are equal either is the target.",
  "src/Escrow.sol Escrow.locked: 1 => 1 + 1": "The lock is any number but 0.",
  "src/Escrow.sol Escrow.pay: sale.credited() => true":
    "Without credit the slot holds zeros: the bit only saves reading it.",
  "src/Escrow.sol Escrow._relist: sale.credited() => true":
    "Without credit the slot holds zeros: the bit only saves reading it.",
  "src/Escrow.sol Escrow.idOf: 0x40 => add(0x40, 1)":
    "Another place behind the free memory, which is hashed and forgotten all the same.",
  "src/Escrow.sol Escrow.idOf: 0x120 => add(0x120, 1)": "One byte more is copied, and overwritten by the next line.",
  "src/Escrow.sol Escrow._back: i != 0 => true": "The hash of the first header, once more.",
  "src/Escrow.sol Escrow._hashAt: 36 => 36 + 1": "More bytes are read than the type keeps.",
};
