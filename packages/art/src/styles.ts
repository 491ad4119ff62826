/**
 * The house styles: frozen bytes. tool/styles.ts made them from tool/definitions.ts; what counts is what stands here.
 * @module
 */
import { fromHex } from "@carrara/base/bytes";
import { FAMILY_TRAITS } from "./traits.ts";

/** A style that comes with the program. */
export interface BuiltInStyle {
  readonly name: string;
  /** Family name in lower case: block, strata ... */
  readonly family: string;
  readonly bytes: Uint8Array;
  /** One sentence for a person. */
  readonly about: string;
}

/** In the order in which a newcomer should see them. */
export const STYLES: readonly BuiltInStyle[] = [
  // keccak256 40b5542b6015c3eeb0219cbede878bb2c6b5d383327c0735c02c8fa60406486f, 683 bytes
  style(
    "Cava",
    "A quarry face: great blocks, stairs and shafts under a low sun.",
    "01000a060500f3f0eae2ddd5c3bdb58d88833b3a3db08a4504f5ead2e6c67fc58d4087532a38231a34505f05e4e7e8b4bdc47b88944a" +
      "55621e252dc2553f10efe2c9d6a86bad6d386a3c25291b1758707a15f2e8dbd8a68cb364436c3b2d2434468fb1c118f5f1e8e3d9c8c2" +
      "b19986715a39302a3e647019eef0eecbd3d498a7ae57707c20323cd9a13f0aece5d9d7c8b5b6a6988d8378595858b8765902e9ebddb9" +
      "c4a76f8f742f5d4b12312bd39a4509eadcc6bb8f607c48263f2318150e0c6a879300000101020400ff00ff00ff00ff00ff3c1414285a" +
      "3c500a143c0a3c0cd25a80000000000102fe5f006ffff2ffcaff5aff12ffaa008efffe001dffa80206006dffc1fe5fffc7fef6002fff" +
      "c9ffeb0124019bff2e00ddff6c0047ffceffb1002b00780040ffaa0036ff82ffe6ffd2eaca7f40ce02f3e4bd040716bbd6ff4348c236" +
      "0fe41fb02b12d8e611e248ff09ed1910fbd6e40a152f1ebb0dbe5be3f5d114ee5bfbd402f63b170b2f1ad106ec00efeaf5fa0a05fc10" +
      "fffc09ee1313f4f90f02fd1009f1eefa02f3040a0ceb08ee4df4b90e8b0e840a93066e15e0fb79f8950506f817ff8a0000010101020e" +
      "2435c4e3f322e5a846e510f908b05bd149fdf9be32a9f19710b3b9fedd0c1cf6f7e181f232bd16cfeb18002712d6a40015eaebfad60e" +
      "2b18fe13ff13e8dcecf6ea1127f915020814e6f112280cedf70f22fbee1cf0181713ebf9d2e1ff060bfad40f09e8070efa1e0129ec0a" +
      "14f702f7f21e0c19e2fceff8fe072d01d8daec0cfe02f8d5df16fdf701f1e7e5e3ec0ee9fd2909fc58f2feffac036cfe72fef9f68b03" +
      "e70219035f12041cf7eeff09dcf6f8faed0ef600f602f31715f5fb1502fffeefe3f627ef0fff1508ff02fa0e0af8e9fef216fbe4e822" +
      "18ebff0a100a09e3e711f509f60f07081bece9e601f9f9074b02a4fc260268fe2003bd",
  ),
  // keccak256 e90e3d3429835c9e67d793f6accd6385c5f3145e62e936bdcbdb2b16f8db9954, 681 bytes
  style(
    "Finestra",
    "Facades: arches, windows and niches, and the shadow in them.",
    "01000a040515f2e8dbd8a68cb364436c3b2d2434468fb1c117f7efddefd08ae0a13aa8552a45221f3f5e6307f2eee3c6d1d77c9bb434" +
      "587f14233fd4703f08eeeee2cddaca9cbaa55d897d2b4947b3543d0cf5f0e2f0c8a2e67e4d2f7a69163a3ae5b84a03f2e6dad9b8a0a9" +
      "584a6e2a2b2b15187f9a8a1df7ece6efc3b7d985869a4a633a1f384f7d751cf3efe4bcd3d25fa0a624667a102f45e28a4f0aece5d9d7" +
      "c8b5b6a6988d8378595858b8765914f3dbc3e5a985c06f607746612d2a48ecca700101000200ff00ff00ff00ff00ff141e820a28463c" +
      "005a14140010be646e0000000102020076007c002fff9800ab007cfff60049fedc00c90032012cffbdfef7009500a0001f00440038ff" +
      "f50074ffeeffb9004a000f000a00110034ffc30022004d0069002d006e0017fffdfef60eed0d280bfa3419d722f90dce491702c7f14f" +
      "d21be6d506f338f011ea0ebc6fe1f9c72995eb0b1ef3ec07cff04ee6f6ef18f8fd17101312f4f8efeff7fef70de718fcf609f723ff23" +
      "f2f6fae9f7f51801f70cf4f6fb2afa0df9e216132aed4a10c50d49ffccfcd2f672f910099e00d008b80014f203000000010102135da1" +
      "45fb01f022e50a44d20e9641a7b8df09e7e4ca1be946f8ed33610d4ce7a5ec9f6920cef84389cae863cf01a0d208490bf131cb22cb1a" +
      "d0dadbfbaea7c9832afe4b21014821e4fb080b0b1b16e8f4f20a0203ebeb08f0f4e2f0e6f0e8021ad8f120ff09f20d1e0d0d11edfdfb" +
      "38160bfbdff5f204e0ed0a09f7e7260e04000bfdf326cc04f00314e400d6fef5e7211afe0706910bb5f4940e8bf36afcf7fba7fd6b06" +
      "94010f0c050ef608e7171711f0050517ed0f0ff2ffe71f1b0406fbf51d0bea13fde90bf70d0005030df80915ff0d0301f2ff092bfd0d" +
      "09161a13f812fef4020deef809fcfb21110415f4e8fb1bfc7702a002fbff4c1011",
  ),
  // keccak256 c6ee2576b0280ad54e8bbce446e5ced62a3173f89e877327b0d088db3d1cb85a, 683 bytes
  style(
    "Sole",
    "Discs, halves and quarters: a Bauhaus morning.",
    "01000a06050df0e6d3ddb04ac15a346b2a381f2a387a9b9c17f7efddefd08ae0a13aa8552a45221f3f5e630bf6f2e9eeb7b0e0605d34" +
      "509c1c2450eebb5211f4f5f2d4dde68fa8ca41609f18285ac4a26c06f0a35ed9552ba32a1e651c1d2a0e1425223f1ef6eadbeab28cd5" +
      "613c93301f33151a3c6b781ff4f1eaead7cfc9a5a67f7590343a5ce0b15216f0f4f3cfe0e293b7c04f7f921f3f52d98b6a12eee6e4cc" +
      "b8bd9876865c4055261d2bc4a25e13f2eee5d5cfc39b968c5956521c1b1cbd3d2800000001020400ff00ff00ff00ff00ff6e640a500a" +
      "3c143c00325a0a0c966e64000101010101ff8401af00e50012ff09ff7f00530006003b0000ff6d005a009a0064ffe1fff6ffc8002500" +
      "38ffdeffaaff89ffbf000effa2ffbb0029ffd0ffc2007cffaeff850006ffb9ff620033f92ec2fc0ad9a6d3335ce0290ab10dcd1b09df" +
      "faeb18ec0522f811f9f8fef1f213fe1201f001f603021813f30421fdede208fa04ec15f0050c01151ef6f6ecf5f504f9ef1023f9fa03" +
      "16f6fa0ee208081601220ded010afdfefff90afbdafdfaf2a8f8b4fc75fdf703e603dffbdb054e0ba005d107d1fbb600000002020259" +
      "d007bcfe0818291016ceb7f83b3801ddcbc9101eebc315301e27c36317c7fcfcd235e50a3fc6284d26bf58d00f3506d9892ca5c32716" +
      "df010bb2e511b8dbdac77f6b2ad4e824d0f60c0606fd1eee11f7f702f5efe811dafbfb00020308f5d212f306060cf0e1eff4f1fa0725" +
      "16fdee1348ff0806fae7f3fc051c03ef0dea01fd04e40800071705e90b2011090efe05ec0410c40dc1fe2eff61e487059bfa78074100" +
      "5efbaefe76f6fcf3f010f113f21a0e23ee05f013f508dcdfebf8110ee80b0b16f7f90a1300f61afcebf80de3d1fef8ed1916010a05e3" +
      "0614f403e4f30feb0210060308f3ee0916fbf7f6000f12fb50016dfbe5faeff50904c2",
  ),
];

function style(name: string, about: string, hex: string): BuiltInStyle {
  const bytes = fromHex(hex);
  return { name, family: FAMILY_TRAITS[bytes[1]!]!.name.toLowerCase(), bytes, about };
}
