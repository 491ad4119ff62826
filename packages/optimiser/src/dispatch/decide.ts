/**
 * One decision for one machine and one hour, with all that an owner asks afterwards: what was decided, why, from which
 * inputs and how old they were, and what the other choice would have cost. A dead or stale input leads to the choice
 * that the owner has stated as safe, and the decision says so.
 * @module
 */
import { strike, type Terms } from "../economics/strike.ts";
import { type Hour, type HourlySeries, slice, valueAt } from "../series.ts";
import { efficiency, type GramsCo2PerKwh, type Usd, type UsdPerMwh, type UsdPerTerahashDay, usd } from "../units.ts";
import type { ChainState } from "./chain.ts";
import type { Machine, Mode } from "./machine.ts";
import { type Known, planPublished } from "./published.ts";

/** A figure and the time at which it was true, in seconds since 1970. */
export interface Dated<T> {
  readonly value: T;
  readonly time: number;
}

/** What a decision may be made from. `null` is a feed that has given nothing yet. */
export interface Inputs {
  readonly prices: Dated<HourlySeries<"USD/MWh">> | null;
  readonly hashprice: Dated<UsdPerTerahashDay> | null;
  /** When the machine's curve was measured. */
  readonly curve: Dated<Machine>;
  /** Intensity by hour from now on; needed where the terms price carbon. */
  readonly carbon?: Dated<readonly GramsCo2PerKwh[]>;
}

/** How the site wants to be run when it does not know. */
export interface Safety {
  /** `off`; `hold`: as it is; or `on`: in its first mode (a flat tariff, where a dead feed is no danger). */
  readonly choice: "off" | "hold" | "on";
  /** Seconds after which a figure is stale. A price is never stale while its hour lasts: a missing one is. */
  readonly hashpriceAge: number;
  readonly curveAge: number;
  readonly carbonAge: number;
}

/**
 * Off, since an unseen price can be a hundred times the strike and an hour of hash cannot. A hashprice is stale after
 * 24 hours (by 7 days it cost 0.7 % of profit), a curve after 90 days, carbon after 6 hours.
 */
export const SAFETY_DEFAULTS: Safety = {
  choice: "off",
  hashpriceAge: 86_400,
  curveAge: 90 * 86_400,
  carbonAge: 6 * 3_600,
};

/** Stable, for logs and books. */
export type Reason =
  | "earns"
  | "bridges-losses"
  | "held-by-least-time"
  | "loses"
  | "not-worth-a-start"
  | "price-missing"
  | "hashprice-stale"
  | "carbon-missing";

/** An input of a decision. */
export interface Evidence {
  readonly name: "price" | "hashprice" | "curve" | "strike" | "carbon";
  readonly value: number | null;
  readonly unit: string;
  /** Seconds; `null` when there is nothing to be old. */
  readonly age: number | null;
  readonly stale: boolean;
}

export interface Decision {
  readonly machine: string;
  readonly hour: Hour;
  /** 0 is off. */
  readonly mode: number;
  readonly modeName: string;
  readonly reason: Reason;
  /** One sentence for the owner. */
  readonly because: string;
  readonly inputs: readonly Evidence[];
  /** Warnings that did not change the choice. */
  readonly doubts: readonly string[];
  /** The best other choice for this hour, and what it is worth less over the hours planned. `null` in the safe choice. */
  readonly otherwise: { readonly mode: number; readonly modeName: string; readonly costs: Usd } | null;
  /** The modes of the hours to come, this one first; only this one in the safe choice. */
  readonly plan: Uint8Array;
}

/**
 * Decides the present hour.
 * @param now seconds since 1970
 * @example decide({ mode: 1, age: 9 }, now, inputs, terms).because
 */
export function decide(
  from: ChainState,
  now: number,
  inputs: Inputs,
  terms: Terms,
  safety: Safety = SAFETY_DEFAULTS,
): Decision {
  const hour = Math.floor(now / 3600);
  const machine = inputs.curve.value;
  const evidence = evidenceOf(hour, now, inputs, terms, safety);
  const of = (name: Evidence["name"]) => evidence.find((one) => one.name === name);
  const nameOf = (mode: number) => (mode === 0 ? "off" : (machine.modes[mode - 1] as Mode).name);
  const doubts: string[] = [];
  if (of("curve")?.stale) {
    doubts.push(`Power and hash rate were measured ${days(now - inputs.curve.time)} ago: measure again.`);
  }

  const fail = (reason: Reason, what: string): Decision => {
    // A least time binds even the safe choice: breaking it is what the owner wanted to be safe from.
    const bound = from.mode === 0 ? from.age < machine.minOff : from.age < machine.minOn;
    const wish = safety.choice === "hold" ? from.mode : safety.choice === "off" ? 0 : from.mode || 1;
    const mode = bound && (wish === 0) !== (from.mode === 0) ? from.mode : wish;
    const because = `${what} The safe choice is ${safety.choice}${mode === wish ? "" : `, but its least time holds it ${nameOf(mode)}`}.`;
    const choice = { mode, modeName: nameOf(mode), reason, because };
    return {
      machine: machine.id,
      hour,
      ...choice,
      inputs: evidence,
      doubts,
      otherwise: null,
      plan: Uint8Array.of(mode),
    };
  };
  const price = inputs.prices === null ? null : valueAt(inputs.prices.value, hour);
  if (inputs.prices === null || price === null) return fail("price-missing", "The price of this hour is not known.");
  if (inputs.hashprice === null) return fail("hashprice-stale", "The hashprice is not known.");
  if (of("hashprice")?.stale) {
    return fail("hashprice-stale", `The hashprice is ${days(now - inputs.hashprice.time)} old.`);
  }
  if (terms.carbonPrice > 0 && (inputs.carbon === undefined || of("carbon")?.stale !== false)) {
    return fail("carbon-missing", "Carbon has a price here, but the grid's intensity is not known.");
  }

  const known: Known = {
    now: hour,
    prices: slice(inputs.prices.value, hour - 24, Number.MAX_SAFE_INTEGER),
    hashprice: inputs.hashprice.value,
    ...(inputs.carbon === undefined ? {} : { carbon: inputs.carbon.value }),
  };
  const plan = planPublished(machine, from, known, terms);
  const mode = plan.modes[0] as number;
  const others = plan.ifFirst.flatMap((value, m) => (m === mode || value === null ? [] : [{ m, value }]));
  const second = others.toSorted((a, b) => b.value - a.value)[0];
  const otherwise =
    second === undefined
      ? null
      : { mode: second.m, modeName: nameOf(second.m), costs: usd(Math.max(0, plan.value - second.value)) };

  const own = of("strike")?.value ?? Number.NaN;
  const earns = price < own;
  const figures = `price ${price.toFixed(2)}, strike ${own.toFixed(2)} USD/MWh`;
  const held = from.mode === 0 ? from.age < machine.minOff : from.age < machine.minOn;
  let reason: Reason;
  let because: string;
  if (mode !== 0 && earns) {
    reason = "earns";
    because = `On in ${nameOf(mode)}: ${figures}.`;
  } else if (mode === 0 && !earns) {
    reason = "loses";
    because = `Off: ${figures}.`;
  } else if (held) {
    reason = "held-by-least-time";
    because = `${mode === 0 ? "Off" : "On"} by its least time: ${figures}.`;
  } else if (mode !== 0) {
    reason = "bridges-losses";
    because = `On through ${lossHours(plan.modes, known, own)} of loss, since a restart would cost more: ${figures}.`;
  } else {
    reason = "not-worth-a-start";
    because = `Off although it would earn: the gains that come do not pay for a start: ${figures}.`;
  }
  return {
    machine: machine.id,
    hour,
    mode,
    modeName: nameOf(mode),
    reason,
    because,
    inputs: evidence,
    doubts,
    otherwise,
    plan: plan.modes,
  };
}

function evidenceOf(hour: Hour, now: number, inputs: Inputs, terms: Terms, safety: Safety): Evidence[] {
  const { prices, hashprice, curve, carbon } = inputs;
  const price = prices === null ? null : valueAt(prices.value, hour);
  const dated = (time: number | undefined, limit: number) => {
    // A figure of the future is as little to be trusted as an old one: a clock is wrong.
    const age = time === undefined ? null : now - time;
    return { age, stale: age === null || !(age <= limit && age >= -300) };
  };
  // The strike of the mode that hashes cheapest: the last one to be switched off.
  const best = curve.value.modes.reduce((a, b) => (b.power / b.rate < a.power / a.rate ? b : a));
  const intensity = carbon?.value[0];
  const priced = terms.carbonPrice === 0 || intensity !== undefined;
  const own: UsdPerMwh | null =
    hashprice === null || !priced ? null : strike(efficiency(best.power, best.rate), hashprice.value, terms, intensity);
  return [
    {
      name: "price",
      value: price,
      unit: "USD/MWh",
      age: prices === null ? null : now - prices.time,
      stale: price === null,
    },
    {
      name: "hashprice",
      value: hashprice?.value ?? null,
      unit: "USD/TH/day",
      ...dated(hashprice?.time, safety.hashpriceAge),
    },
    { name: "curve", value: best.power / best.rate, unit: "J/TH", ...dated(curve.time, safety.curveAge) },
    { name: "strike", value: own, unit: "USD/MWh", ...dated(hashprice?.time, safety.hashpriceAge) },
    ...(terms.carbonPrice > 0
      ? [
          {
            name: "carbon" as const,
            value: intensity ?? null,
            unit: "gCO2/kWh",
            ...dated(carbon?.time, safety.carbonAge),
          },
        ]
      : []),
  ];
}

/** How long the losses last that a plan runs through: "2 hours". */
function lossHours(modes: Uint8Array, { now, prices }: Known, strike: number): string {
  let hours = 0;
  while (hours < modes.length && modes[hours] !== 0 && (valueAt(prices, now + hours) ?? strike) >= strike) hours++;
  return hours === 1 ? "an hour" : `${hours} hours`;
}

function days(seconds: number): string {
  const hours = seconds / 3600;
  return Math.abs(hours) < 48 ? `${hours.toFixed(0)} hours` : `${(hours / 24).toFixed(0)} days`;
}
