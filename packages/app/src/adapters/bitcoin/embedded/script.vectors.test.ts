import { fromHex, toHex } from "@carrara/base/bytes";
import { decodeTx, encodeTx } from "@carrara/mining/transaction";
import { p2tr, p2wpkh, Transaction } from "@scure/btc-signer";
import { pubECDSA, pubSchnorr } from "@scure/btc-signer/utils.js";
import { describe, expect, test } from "vitest";
import { isStrictDer, type SpentOutput, sighashV0, sighashV1, verifyInput, verifyInputs } from "./script.ts";

// Published vectors: BIP 143 "Native P2WPKH"; BIP 341 wallet-test-vectors.json "keyPathSpending".

describe("BIP 143, native P2WPKH", () => {
  const unsigned =
    "0100000002fff7f7881a8099afa6940d42d1e7f6362bec38171ea3edf433541db4e4ad969f0000000000eeffffffef51e1b804cc89d182d279655c3aa89e815b1b309fe287d9b2b55d57b90ec68a0100000000ffffffff02202cb206000000001976a9148280b37df378db99f66f85c95a783a76ac7a6d5988ac9093510d000000001976a9143bde42dbee7e4dbe6a21b2d50ce2f0167faa815988ac11000000";
  const spent = { script: fromHex("00141d0f172a0ecb48aee1be1f2687d2963ae33f71a1"), value: 600_000_000n };
  const first = {
    script: fromHex("2103c9f4836b9a4f77fc0d81f7bcb01b7f1b35916864b9476c241ce9fc198bd25432ac"),
    value: 625_000_000n,
  };
  const key = fromHex("025476c2e83188368da1ff3e292e7acafcdb3566bb0ad253f62fc70f07aeee6357");
  const signature = fromHex(
    "304402203609e17b84f6a7d30c80bfa610b5b4542f32a8a0d5447a12fb1366d7f01cc44a0220573a954c4518331561406f90300e8f3358f51928d43c212a8caed02de67eebee01",
  );

  test("the message", () => {
    const message = sighashV0(decodeTx(fromHex(unsigned)), 1, spent, 1);
    expect(toHex(message)).toBe("c37af31116d1b27caf68aae9e3ac82f1477929014d5b917657d0eb49478cb670");
  });

  test("the signature, and the same one with anything changed", () => {
    const judged = (change: (tx: ReturnType<typeof decodeTx>) => void, value = spent.value) => {
      const tx = decodeTx(fromHex(unsigned));
      tx.inputs[1]!.witness = [signature, key];
      change(tx);
      return verifyInput(tx, 1, [first, { ...spent, value }]);
    };
    expect(judged(() => {})).toBe(null);
    const failed = "Signature must be zero for failed CHECK(MULTI)SIG operation";
    expect(judged(() => {}, spent.value + 1n)).toBe(failed);
    expect(judged((tx) => (tx.outputs[0]!.value += 1n))).toBe(failed);
    expect(judged((tx) => (tx.lockTime = 18))).toBe(failed);
    expect(judged((tx) => (tx.inputs[0]!.sequence = 0))).toBe(failed);
    expect(judged((tx) => (tx.inputs[1]!.script = Uint8Array.of(0x51)))).toBe("Witness requires empty scriptSig");
    expect(judged((tx) => tx.inputs[1]!.witness.push(new Uint8Array(0)))).toBe("Witness program hash mismatch");
    expect(judged((tx) => (tx.inputs[1]!.witness = [signature]))).toBe("Witness program hash mismatch");
    expect(judged((tx) => (tx.inputs[1]!.witness = [new Uint8Array(0), key]))).toBe("Non-canonical DER signature");
  });

  test("what is not verified is refused and named", () => {
    const tx = decodeTx(fromHex(unsigned));
    expect(verifyInput(tx, 0, [first, spent])).toBe(
      "the embedded chain verifies spends of P2WPKH and of P2TR by key path, not of nonstandard",
    );
  });
});

describe("BIP 341, keyPathSpending", () => {
  const tx = decodeTx(
    fromHex(
      "02000000097de20cbff686da83a54981d2b9bab3586f4ca7e48f57f5b55963115f3b334e9c010000000000000000d7b7cab57b1393ace2d064f4d4a2cb8af6def61273e127517d44759b6dafdd990000000000fffffffff8e1f583384333689228c5d28eac13366be082dc57441760d957275419a418420000000000fffffffff0689180aa63b30cb162a73c6d2a38b7eeda2a83ece74310fda0843ad604853b0100000000feffffffaa5202bdf6d8ccd2ee0f0202afbbb7461d9264a25e5bfd3c5a52ee1239e0ba6c0000000000feffffff956149bdc66faa968eb2be2d2faa29718acbfe3941215893a2a3446d32acd050000000000000000000e664b9773b88c09c32cb70a2a3e4da0ced63b7ba3b22f848531bbb1d5d5f4c94010000000000000000e9aa6b8e6c9de67619e6a3924ae25696bb7b694bb677a632a74ef7eadfd4eabf0000000000ffffffffa778eb6a263dc090464cd125c466b5a99667720b1c110468831d058aa1b82af10100000000ffffffff0200ca9a3b000000001976a91406afd46bcdfd22ef94ac122aa11f241244a37ecc88ac807840cb0000000020ac9a87f5594be208f8532db38cff670c450ed2fea8fcdefcc9a663f78bab962b0065cd1d",
    ),
  );
  const spent = (
    [
      ["512053a1f6e454df1aa2776a2814a721372d6258050de330b3c6d10ee8f4e0dda343", 420_000_000n],
      ["5120147c9c57132f6e7ecddba9800bb0c4449251c92a1e60371ee77557b6620f3ea3", 462_000_000n],
      ["76a914751e76e8199196d454941c45d1b3a323f1433bd688ac", 294_000_000n],
      ["5120e4d810fd50586274face62b8a807eb9719cef49c04177cc6b76a9a4251d5450e", 504_000_000n],
      ["512091b64d5324723a985170e4dc5a0f84c041804f2cd12660fa5dec09fc21783605", 630_000_000n],
      ["00147dd65592d0ab2fe0d0257d571abf032cd9db93dc", 378_000_000n],
      ["512075169f4001aa68f15bbed28b218df1d0a62cbbcf1188c6665110c293c907b831", 672_000_000n],
      ["5120712447206d7a5238acc7ff53fbe94a3b64539ad291c7cdbc490b7577e4b17df5", 546_000_000n],
      ["512077e30a5522dd9f894c3f8b8bd4c4b2cf82ca7da8a3ea6a239655c39c050ab220", 588_000_000n],
    ] as const
  ).map(([script, value]): SpentOutput => ({ script: fromHex(script), value }));

  test.each([
    [
      0,
      0x03,
      "2514a6272f85cfa0f45eb907fcb0d121b808ed37c6ea160a5a9046ed5526d555",
      "ed7c1647cb97379e76892be0cacff57ec4a7102aa24296ca39af7541246d8ff14d38958d4cc1e2e478e4d4a764bbfd835b16d4e314b72937b29833060b87276c03",
    ],
    [
      1,
      0x83,
      "325a644af47e8a5a2591cda0ab0723978537318f10e6a63d4eed783b96a71a4d",
      "052aedffc554b41f52b521071793a6b88d6dbca9dba94cf34c83696de0c1ec35ca9c5ed4ab28059bd606a4f3a657eec0bb96661d42921b5f50a95ad33675b54f83",
    ],
    [
      3,
      0x01,
      "bf013ea93474aa67815b1b6cc441d23b64fa310911d991e713cd34c7f5d46669",
      "ff45f742a876139946a149ab4d9185574b98dc919d2eb6754f8abaa59d18b025637a3aa043b91817739554f4ed2026cf8022dbd83e351ce1fabc272841d2510a01",
    ],
    [
      4,
      0x00,
      "4f900a0bae3f1446fd48490c2958b5a023228f01661cda3496a11da502a7f7ef",
      "b4010dd48a617db09926f729e79c33ae0b4e94b79f04a1ae93ede6315eb3669de185a17d2b0ac9ee09fd4c64b678a0b61a0a86fa888a273c8511be83bfd6810f",
    ],
    [
      6,
      0x02,
      "15f25c298eb5cdc7eb1d638dd2d45c97c4c59dcaec6679cfc16ad84f30876b85",
      "a3785919a2ce3c4ce26f298c3d51619bc474ae24014bcdd31328cd8cfbab2eff3395fa0a16fe5f486d12f22a9cedded5ae74feb4bbe5351346508c5405bcfee002",
    ],
    [
      7,
      0x82,
      "cd292de50313804dabe4685e83f923d2969577191a3e1d2882220dca88cbeb10",
      "ea0c6ba90763c2d3a296ad82ba45881abb4f426b3f87af162dd24d5109edc1cdd11915095ba47c3a9963dc1e6c432939872bc49212fe34c632cd3ab9fed429c482",
    ],
    [
      8,
      0x81,
      "cccb739eca6c13a8a89e6e5cd317ffe55669bbda23f2fd37b0f18755e008edd2",
      "bbc9584a11074e83bc8c6759ec55401f0ae7b03ef290c3139814f545b58a9f8127258000874f44bc46db7646322107d4d86aec8e73b8719a61fff761d75b5dd981",
    ],
  ])("input %i, hash type %i", (index, hashType, message, witness) => {
    expect(toHex(sighashV1(tx, index, spent, hashType)!)).toBe(message);
    const signed = decodeTx(fromHex(toHex(encodeTx(tx, { witness: false }))));
    signed.inputs[index]!.witness = [fromHex(witness)];
    expect(verifyInput(signed, index, spent)).toBe(null);
    const other = spent.with(index, { ...spent[index]!, value: spent[index]!.value - 1n });
    expect(verifyInput(signed, index, other)).toBe("Invalid Schnorr signature");
  });

  test("input 5, the P2WPKH among them", () => {
    const signed = decodeTx(fromHex(toHex(encodeTx(tx, { witness: false }))));
    signed.inputs[5]!.witness = [
      fromHex(
        "304402202b795e4de72646d76eab3f0ab27dfa30b810e856ff3a46c9a702df53bb0d8cc302203ccc4d822edab5f35caddb10af1be93583526ccfbade4b4ead350781e2f8adcd01",
      ),
      fromHex("02f9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9"),
    ];
    expect(verifyInput(signed, 5, spent)).toBe(null);
  });

  test("refusals of BIP 341", () => {
    const judged = (witness: Uint8Array[]) => {
      const signed = decodeTx(fromHex(toHex(encodeTx(tx, { witness: false }))));
      signed.inputs[4]!.witness = witness;
      return verifyInput(signed, 4, spent);
    };
    const signature = new Uint8Array(64).fill(1);
    expect(judged([])).toBe("Witness program was passed an empty witness");
    expect(judged([new Uint8Array(63)])).toBe("Invalid Schnorr signature size");
    expect(judged([new Uint8Array(65)])).toBe("Invalid Schnorr signature hash type");
    expect(judged([Uint8Array.of(...signature, 4)])).toBe("Invalid Schnorr signature hash type");
    // SINGLE without an output of the same number.
    expect(judged([Uint8Array.of(...signature, 3)])).toBe("Invalid Schnorr signature hash type");
    expect(judged([signature])).toBe("Invalid Schnorr signature");
    expect(judged([signature, Uint8Array.of(0x50)])).toBe("Invalid Schnorr signature");
    expect(judged([signature, signature])).toBe("the embedded chain verifies P2TR by key path, not by script path");
  });
});

test("every hash type that a wallet's library signs is verified, P2WPKH and P2TR in one transaction", () => {
  const key = new Uint8Array(32).fill(7);
  const payees = [p2wpkh(pubECDSA(key)), p2tr(pubSchnorr(key))];
  for (const hashType of [1, 2, 3, 0x81, 0x82, 0x83]) {
    const tx = new Transaction({ version: 2 });
    for (const [index, { script }] of payees.entries()) {
      tx.addInput({
        txid: toHex(new Uint8Array(32).fill(index + 1)),
        index,
        witnessUtxo: { script, amount: 10_000n },
        sighashType: hashType,
        ...(index === 1 ? { tapInternalKey: pubSchnorr(key) } : {}),
      });
      tx.addOutput({ script, amount: 9_000n });
    }
    tx.sign(key, [hashType]);
    tx.finalize();
    const spent = payees.map(({ script }) => ({ script, value: 10_000n }));
    const signed = decodeTx(tx.extract());
    expect(verifyInputs(signed, spent)).toBe(null);
    expect(verifyInputs(signed, [spent[0]!, { ...spent[1]!, value: 9_999n }])).toMatch(/^input 1: Invalid Schnorr/);
    expect(verifyInputs(signed, [{ ...spent[0]!, value: 9_999n }, spent[1]!])).toMatch(/^input 0: Signature must/);
  }
});

test("BIP 66: only strict DER", () => {
  const good = fromHex(
    "304402203609e17b84f6a7d30c80bfa610b5b4542f32a8a0d5447a12fb1366d7f01cc44a0220573a954c4518331561406f90300e8f3358f51928d43c212a8caed02de67eebee01",
  );
  expect(isStrictDer(good)).toBe(true);
  const changed = (at: number, value: number) => good.with(at, value);
  expect(isStrictDer(changed(0, 0x31))).toBe(false);
  expect(isStrictDer(changed(1, 0x45))).toBe(false);
  expect(isStrictDer(changed(2, 0x03))).toBe(false);
  expect(isStrictDer(changed(3, 0x21))).toBe(false);
  expect(isStrictDer(changed(3, 0x00))).toBe(false);
  expect(isStrictDer(changed(4, 0x80))).toBe(false);
  expect(isStrictDer(changed(36, 0x03))).toBe(false);
  expect(isStrictDer(changed(38, 0x80))).toBe(false);
  expect(isStrictDer(changed(4, 0x00))).toBe(false);
  expect(isStrictDer(good.subarray(1))).toBe(false);
  expect(isStrictDer(Uint8Array.of(0x30, 0x06, 0x02, 0x01, 0x01, 0x02, 0x01, 0x01, 0x01))).toBe(true);
});
