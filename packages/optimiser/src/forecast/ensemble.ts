/**
 * Several forecasts as one: the plain mean, and weights that are learnt as the days go by. Learnt weights are kept to
 * what the past supports: they are computed from the errors of earlier days alone, and with too few of them the mean is
 * what comes out.
 * @module
 */
import { ForecastError } from "./past.ts";

/** The mean, hour by hour. @example meanOf([lear, process]) */
export function meanOf(forecasts: readonly Float64Array[]): Float64Array {
  const first = forecasts[0];
  if (first === undefined) throw new EmptyEnsembleError();
  return weighted(forecasts, new Float64Array(forecasts.length).fill(1 / forecasts.length));
}

/** The sum with weights. */
export function weighted(forecasts: readonly Float64Array[], weights: Float64Array): Float64Array {
  const out = new Float64Array(forecasts[0]?.length ?? 0);
  for (const [k, forecast] of forecasts.entries()) {
    const weight = weights[k] as number;
    for (let h = 0; h < out.length; h++) out[h] = (out[h] as number) + weight * (forecast[h] as number);
  }
  return out;
}

/** What learnt weights remember: plain data. */
export interface Mixer {
  /** Weights before anything was seen, and now: 0 or more, sum 1. */
  readonly prior: Float64Array;
  readonly weights: Float64Array;
  /** Sum of the regrets, and of their squares, each fading. */
  readonly regret: Float64Array;
  readonly squares: Float64Array;
}

/** Days after which an error counts for half. */
const HALF_LIFE = 90;

/**
 * A mixer that has seen nothing.
 * @param prior weight of each method at the start, above 0; scaled to the sum 1
 * @example createMixer([1, 1, 2])
 */
export function createMixer(prior: readonly number[]): Mixer {
  const sum = prior.reduce((total, value) => total + value, 0);
  if (!(sum > 0) || prior.some((value) => !(value > 0))) throw new EmptyEnsembleError();
  const weights = Float64Array.from(prior, (value) => value / sum);
  return {
    prior: weights,
    weights,
    regret: new Float64Array(prior.length),
    squares: new Float64Array(prior.length).fill(1e-12),
  };
}

/**
 * The mixer after a day whose prices have come: exponential weights on the gradient of the absolute error of the mixture (so that
 * methods whose errors cancel are kept together), each with its own learning rate by its second-order regret: Bernstein
 * online aggregation (Wintenberger, Machine Learning 106, 2017), fading by `HALF_LIFE` days since markets change.
 * @param forecasts of the day, 24 of each method
 */
export function learn(mixer: Mixer, forecasts: readonly Float64Array[], actual: Float64Array): Mixer {
  const mixed = weighted(forecasts, mixer.weights);
  const fade = 0.5 ** (1 / HALF_LIFE);
  const regret = mixer.regret.map((value) => value * fade);
  const squares = mixer.squares.map((value) => value * fade);
  // In parts of the largest error or disagreement of the day: bounded by 1, and a volatile week does not set the rate for
  // the quiet months after it.
  let scale = 0;
  for (let h = 0; h < actual.length; h++) {
    let most = Math.abs((mixed[h] as number) - (actual[h] as number));
    for (const forecast of forecasts) most = Math.max(most, Math.abs((mixed[h] as number) - (forecast[h] as number)));
    scale += most;
  }
  for (let k = 0; k < regret.length; k++) {
    let step = 0;
    for (let h = 0; h < actual.length; h++) {
      const lead = (mixed[h] as number) - ((forecasts[k] as Float64Array)[h] as number);
      step += Math.sign((mixed[h] as number) - (actual[h] as number)) * lead;
    }
    const part = scale > 0 ? step / scale : 0;
    regret[k] = (regret[k] as number) + part;
    squares[k] = (squares[k] as number) + part * part;
  }
  const rate = squares.map((value) => Math.min(0.5, Math.sqrt(Math.log(mixer.prior.length + 1) / value)));
  const exponent = regret.map((value, k) => {
    const eta = rate[k] as number;
    return Math.log((mixer.prior[k] as number) * eta) + eta * value - eta * eta * (squares[k] as number);
  });
  const most = Math.max(...exponent);
  const weights = exponent.map((value) => Math.exp(value - most));
  const sum = weights.reduce((total, value) => total + value, 0);
  return { prior: mixer.prior, weights: weights.map((value) => value / sum), regret, squares };
}

/** No method to combine. */
export class EmptyEnsembleError extends ForecastError {
  constructor() {
    super(
      "forecast-ensemble",
      "There is no forecast to combine.",
      "Give one method or more, each with a weight above 0.",
    );
  }
}
