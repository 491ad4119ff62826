/**
 * Names: what a piece is called and which traits it has, read from the draw hash alone, so that a contract can say the
 * same without running a network. {@link traitTable} packs all names for the contract.
 * @module
 */
import { drawHash, pickByte } from "./draws.ts";
import type { Style } from "./style.ts";

/** One choice of a trait: its name and the share of bytes, as a cumulative threshold (the last is 255). */
export interface Option {
  readonly upTo: number;
  readonly name: string;
}

/** A named chance of a family. */
export interface Trait {
  readonly name: string;
  readonly options: readonly Option[];
}

/** A family's name and its traits, in the order of the hash bytes 18, 19, ... */
export interface FamilyTraits {
  readonly name: string;
  readonly traits: readonly Trait[];
}

/** What a wallet shows beside a piece. */
export interface NamedTrait {
  readonly name: string;
  readonly value: string;
}

/**
 * Options of the family traits that a seed picks, as indices.
 * @param hash the draw hash of the seed
 */
export function optionsOf(style: Style, hash: Uint8Array): number[] {
  return FAMILY_TRAITS[style.family]!.traits.map((trait, i) => {
    const [low, high] = style.ranges[i]!;
    const byte = pickByte(hash[18 + i]!, low, high);
    return trait.options.findIndex((option) => option.upTo >= byte);
  });
}

/**
 * All traits of a piece, in order: Family, Palette (when it has a name), Format, then the family's own.
 * @param seed 32 bytes, the token id in big-endian order
 * @example traitsOf(style, seed) // [{ name: "Family", value: "Block" }, { name: "Palette", value: "Siena" }, ...]
 */
export function traitsOf(style: Style, seed: Uint8Array): NamedTrait[] {
  const hash = drawHash(style.format, seed);
  const family = FAMILY_TRAITS[style.family]!;
  const palette = style.palettes[hash[16]! % style.palettes.length]!;
  const named: NamedTrait[] = [{ name: "Family", value: family.name }];
  if (palette.name !== 255) named.push({ name: "Palette", value: PALETTE_NAMES[palette.name]! });
  named.push({ name: "Format", value: FORMAT_NAMES[style.formats[hash[17]! % style.formats.length]!]! });
  for (const [i, option] of optionsOf(style, hash).entries()) {
    const trait = family.traits[i]!;
    named.push({ name: trait.name, value: trait.options[option]!.name });
  }
  return named;
}

/** The title of a piece, Italian and grammatical in every combination. `titleOf(style, seed) // "Luna di Carta"` */
export function titleOf(style: Style, seed: Uint8Array): string {
  const hash = drawHash(style.format, seed);
  return `${TITLE_NOUNS[hash[10]! % TITLE_NOUNS.length]} ${TITLE_TAILS[hash[11]! % TITLE_TAILS.length]}`;
}

/**
 * All names in one blob, for a contract to decode: version 1; count and [length, ascii] of palette names, format names;
 * count of families, each [name, trait count, each trait [name, option count, each option (threshold, name)]]; count and
 * [length, ascii] of title nouns, then of title tails.
 */
export function traitTable(): Uint8Array {
  const bytes: number[] = [1];
  const text = (s: string) => {
    bytes.push(s.length);
    for (let i = 0; i < s.length; i++) bytes.push(s.charCodeAt(i));
  };
  const list = (names: readonly string[]) => {
    bytes.push(names.length);
    for (const name of names) text(name);
  };
  list(PALETTE_NAMES);
  list(FORMAT_NAMES);
  bytes.push(FAMILY_TRAITS.length);
  for (const family of FAMILY_TRAITS) {
    text(family.name);
    bytes.push(family.traits.length);
    for (const trait of family.traits) {
      text(trait.name);
      bytes.push(trait.options.length);
      for (const option of trait.options) {
        bytes.push(option.upTo);
        text(option.name);
      }
    }
  }
  list(TITLE_NOUNS);
  list(TITLE_TAILS);
  return Uint8Array.from(bytes);
}

/** Options with shares of 256, in order. */
function trait(name: string, shares: Record<string, number>): Trait {
  let sum = 0;
  const options = Object.entries(shares).map(([option, share]) => {
    sum += share;
    return { upTo: sum - 1, name: option };
  });
  return { name, options };
}

/** Names that a palette of a style may carry, by index. */
export const PALETTE_NAMES: readonly string[] =
  "Statuario Marquina Verde-Alpi Levanto Siena Bardiglio Chapel Indigo Celadon Tenmoku Morandi Riso-Blue Riso-Pine Albers Nocturne Lichen Lascaux Cobalt Plum-Ash Sumi Dusk Terracotta Glacier Saffron Calacatta Apuane Portoro Arabescato Ligure Oleander Cinnabar Salina"
    .split(" ")
    .map((name) => name.replace("-", " "));

/** Formats by code. */
export const FORMAT_NAMES: readonly string[] = ["Square", "Portrait", "Landscape", "Tondo", "Bleed"];

/** Families by code. */
export const FAMILY_TRAITS: readonly FamilyTraits[] = [
  {
    name: "Block",
    traits: [
      trait("Cuts", { Bold: 64, Even: 120, Fine: 72 }),
      trait("Light", { Morning: 104, Noon: 76, Evening: 76 }),
      trait("Scheme", { Chalk: 52, Quarry: 52, Dusk: 52, Split: 50, Tide: 50 }),
      trait("Accent", { None: 76, Single: 116, Pair: 64 }),
      trait("Figure", { Free: 128, Disc: 44, Arch: 44, Stair: 40 }),
    ],
  },
  {
    name: "Strata",
    traits: [
      trait("Composition", { Horizon: 96, Slope: 60, Basin: 64, Gorge: 36 }),
      trait("Sheets", { Five: 40, Six: 60, Seven: 64, Eight: 52, Nine: 40 }),
      trait("Hour", { Day: 168, Night: 88 }),
      trait("Disc", { None: 116, Sun: 84, Moon: 56 }),
      trait("Light", { Left: 160, Right: 96 }),
    ],
  },
  {
    name: "Vessel",
    traits: [
      trait("Vessels", { One: 56, Two: 52, Three: 64, Four: 48, Five: 36 }),
      trait("Glaze", { Plain: 76, Dipped: 76, Banded: 60, Mixed: 44 }),
      trait("Light", { Left: 140, Right: 116 }),
      trait("Fruit", { None: 176, One: 48, Two: 32 }),
    ],
  },
  {
    name: "Wash",
    traits: [
      trait("Composition", { Island: 84, Horizon: 76, Column: 44, Diagonal: 52 }),
      trait("Edges", { Dry: 72, Mixed: 108, Wet: 76 }),
      trait("Pigments", { Two: 40, Three: 108, Four: 108 }),
      trait("Accent", { None: 72, Drop: 112, Pool: 72 }),
      trait("Splatter", { None: 160, Fine: 96 }),
    ],
  },
  {
    name: "Marble",
    traits: [
      trait("Vein", { Fine: 84, Bold: 102, Kintsugi: 70 }),
      trait("Slab", { Positive: 176, Negative: 80 }),
      trait("Bed", { Steep: 84, Diagonal: 104, Flat: 68 }),
      trait("Cut", { Single: 216, Diptych: 40 }),
    ],
  },
  {
    name: "Engrave",
    traits: [
      trait("Course", { Straight: 116, Arc: 84, Ring: 56 }),
      trait("Hatch", { Single: 128, Cross: 128 }),
      trait("Tint", { None: 112, Disc: 72, Shape: 72 }),
      trait("Plate", { Ink: 176, Scraper: 80 }),
      trait("Light", { Left: 152, Right: 104 }),
    ],
  },
  {
    name: "Relief",
    traits: [
      trait("Carving", { Drapery: 96, Raked: 80, Dunes: 80 }),
      trait("Course", { Upright: 84, Slant: 96, Level: 76 }),
      trait("Stones", { None: 104, One: 64, Two: 48, Three: 40 }),
      trait("Sun", { Low: 144, High: 112 }),
      trait("Light", { Left: 152, Right: 104 }),
    ],
  },
  {
    name: "Field",
    traits: [
      trait("Layout", { Bands: 96, Frames: 80, Veils: 80 }),
      trait("Parts", { Two: 80, Three: 112, Four: 64 }),
      trait("Ground", { Light: 96, Dark: 84, Middle: 76 }),
      trait("Edge", { Soft: 152, Torn: 104 }),
      trait("Weight", { Low: 152, High: 104 }),
    ],
  },
  {
    name: "Weave",
    traits: [
      trait("Cloth", { Ikat: 88, Kilim: 88, Plaid: 80 }),
      trait("Threads", { Coarse: 72, Middle: 104, Fine: 80 }),
      trait("Binding", { Plain: 136, Twill: 120 }),
      trait("Motif", { Diamond: 112, Chevron: 76, Free: 68 }),
      trait("Repeats", { One: 64, Two: 76, Three: 68, Four: 48 }),
      trait("Fringe", { None: 88, Cut: 100, Knotted: 68 }),
    ],
  },
  {
    name: "Terrazzo",
    traits: [
      trait("Inlay", { None: 88, Two: 76, Three: 56, Four: 36 }),
      trait("Chips", { Fine: 84, Mixed: 100, Bold: 72 }),
      trait("Cement", { Light: 76, Soft: 64, Dark: 56, Middle: 60 }),
      trait("Scatter", { Even: 104, Drift: 92, Flow: 60 }),
    ],
  },
];

/** First halves of titles: nouns without article. */
export const TITLE_NOUNS: readonly string[] =
  "Luna Grotta Soglia Sole Marea Cava Torre Ombra Vena Notte Pietra Colonna Scala Arco Porta Finestra Giardino Onda Isola Nuvola Fiume Radice Specchio Orizzonte Riva Eco Cammino Campo Vela Ala Brace Fontana Cortile Terrazza Duna Lampada Nido Faro Madre Figura".split(
    " ",
  );

/** Second halves: qualifiers that agree with every noun. */
export const TITLE_TAILS: readonly string[] =
  "di Luni|di Torano|di Colonnata|di Fantiscritti|di Polvere|di Carta|di Sale|di Ferro|di Cera|di Gesso|di Cenere|di Rame|di Marzo|di Settembre|di Nessuno|a Mezzogiorno|a Levante|all'Alba|al Tramonto|in Attesa|in Silenzio|in Fuga|senza Nome|senza Peso|senza Fine|del Mattino|della Sera|del Nord|d'Inverno|d'Estate|sul Mare|sul Monte|sotto la Neve|sotto Vetro|nel Vento|nella Nebbia|tra i Pini|oltre il Muro|verso Sud|dopo la Pioggia".split(
    "|",
  );
