/** What a bench is: one file `*.bench.ts` that exports `bench`; `npm run bench -- NAME` runs it. */

/** One figure. A count has the unit of what it is counted in: 1/year, not a fraction. */
export interface Row {
  /** `bench/row`, for instance `sha256d/wasm`. */
  name: string;
  value: number;
  unit:
    | "MH/s"
    | "M/s"
    | "kH/s"
    | "shares/CPU-s"
    | "gas"
    | "s"
    | "ms"
    | "1/s"
    | "1/year"
    | "MB"
    | "bytes"
    | "px"
    | "distance"
    | "fraction"
    | "EUR/MWh"
    | "USD/MWh";
  /** The row measured in the same run that this one is compared with. */
  baseline?: string;
  /** This value over the baseline's (for times: the baseline's over this one), so that above 1 is better. */
  ratio?: number;
  /** Anything a reader must know: hardfork, compiler pipeline, sample count. */
  note?: string;
}

/** A bench measures when `run` is iterated; it yields each row as soon as it is known. */
export interface Bench {
  name: string;
  /** One line for `npm run bench -- --list`. */
  about: string;
  /** @param args what stood after the name on the command line. */
  run(args: readonly string[]): AsyncIterable<Row>;
}
