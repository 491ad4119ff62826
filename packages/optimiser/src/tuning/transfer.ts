/**
 * What one machine teaches about the next of its model: the prior of the tuner, narrowed by machines tuned before.
 * @module
 */
import { ANY_CLIFF, type Spread, summary } from "./cliff.ts";
import { ANY_MACHINE, type Tuner, type TuningPrior } from "./tuner.ts";

/**
 * A prior from machines of the same model. Each donor's mean is weighed with the wide prior as one more witness, and the
 * spread among them is kept, so that one odd donor cannot make the next machine certain of a falsehood.
 * @param donors what their tuners had learnt; none gives the prior for any machine
 * @example createTuner({ ...options, prior: transfer(tuned.map((tuner) => tuner.learnt())) }, random)
 */
export function transfer(donors: readonly ReturnType<Tuner["learnt"]>[]): TuningPrior {
  if (donors.length === 0) return ANY_MACHINE;
  const found = donors.map(({ cloud }) => summary(cloud));
  const of = (key: "foot" | "slope" | "bend" | "width" | "scale"): Spread =>
    pooled(
      ANY_CLIFF[key],
      found.map((one) => one[key]),
    );
  const capped = found.filter((one) => one.capped > 0.9);
  const at = capped.map((one) => one.ceiling);
  const powers = donors.map(({ power }) => power.coefficients());
  const power = ANY_MACHINE.power.mean.map((mean, i) =>
    pooled(
      { mean, sd: ANY_MACHINE.power.sd[i] as number },
      powers.map((one) => ({ mean: one.mean[i] as number, sd: one.sd[i] as number })),
    ),
  );
  return {
    cliff: {
      foot: of("foot"),
      slope: of("slope"),
      bend: of("bend"),
      width: of("width"),
      scale: of("scale"),
      ceiling: {
        chance: (capped.length + 0.5) / (found.length + 1),
        from: at.length > 0 ? Math.min(...at) - 0.05 : ANY_CLIFF.ceiling.from,
        to: at.length > 0 ? Math.max(...at) + 0.05 : ANY_CLIFF.ceiling.to,
      },
    },
    power: { ...ANY_MACHINE.power, mean: power.map(({ mean }) => mean), sd: power.map(({ sd }) => sd) },
  };
}

/** Random-effects pooling: each donor by its own certainty, then the spread between machines on top. */
function pooled(prior: Spread, donors: readonly Spread[]): Spread {
  const n = donors.length;
  const plain = donors.reduce((sum, { mean }) => sum + mean, 0) / n;
  const between = donors.reduce((sum, { mean }) => sum + (mean - plain) ** 2, 0);
  // Half of the prior's variance counts as one machine more, until there are donors enough to know better.
  const spread = (between + 0.5 * prior.sd ** 2) / n;
  let [weights, sum] = [1 / prior.sd ** 2, prior.mean / prior.sd ** 2];
  for (const { mean, sd } of donors) {
    const weight = 1 / (sd * sd + spread);
    weights += weight;
    sum += weight * mean;
  }
  return { mean: sum / weights, sd: Math.min(prior.sd, Math.sqrt(spread + 1 / weights)) };
}
