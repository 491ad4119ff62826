/** The house styles as their artist wrote them; tool/styles.ts turns them into the committed bytes. */
import type { Definition } from "./style-bytes.ts";

const FORMS = { inputs: [1.5, 1.5, 1.2], kinds: [0, 0, 1, 2], hidden: 1.5 };

export const DEFINITIONS: readonly Definition[] = [
  {
    name: "Cava",
    about: "A quarry face: great blocks, stairs and shafts under a low sun.",
    family: 0,
    weights: 11,
    palettes: "Statuario,Siena,Bardiglio,Lascaux,Terracotta,Calacatta,Apuane,Morandi,Verde Alpi,Tenmoku",
    formats: "Square Square Portrait Portrait Landscape Bleed",
    params: [60, 20, 20, 40, 90, 60, 80, 10, 20, 60, 10, 60, 12, 210, 90, 128],
    nets: [FORMS],
  },
  {
    name: "Finestra",
    about: "Facades: arches, windows and niches, and the shadow in them.",
    family: 0,
    weights: 22,
    palettes: "Terracotta,Saffron,Indigo,Celadon,Riso Pine,Levanto,Oleander,Ligure,Morandi,Dusk",
    formats: "Portrait Portrait Square Landscape",
    params: [20, 30, 130, 10, 40, 70, 60, 0, 90, 20, 20, 0, 16, 190, 100, 110],
    nets: [FORMS],
  },
  {
    name: "Sole",
    about: "Discs, halves and quarters: a Bauhaus morning.",
    family: 0,
    weights: 33,
    palettes: "Albers,Saffron,Riso Blue,Cobalt,Chapel,Cinnabar,Salina,Glacier,Plum Ash,Sumi",
    formats: "Square Square Square Portrait Landscape Bleed",
    params: [110, 100, 10, 80, 10, 60, 20, 60, 0, 50, 90, 10, 12, 150, 110, 100],
    nets: [FORMS],
  },
];
