/**
 * Settings: what is embedded, what is real, where each value comes from, and the one switch.
 * @module
 */
import type { Settings } from "@carrara/api/schemas";
import { api } from "../api.ts";
import * as f from "../format.ts";
import { ACTORS_ARE, ActorChoice } from "../parts/actor-choice.tsx";
import { Refused } from "../parts/text.tsx";
import { useCall } from "../use-call.ts";
import { live, PHONE, useAnswer, useLive, useMedia } from "../use-live.ts";
import { Waiting } from "./waiting.tsx";

export function SettingsPage() {
  const { value: settings, failure } = useAnswer("settings", {});
  const { status } = useLive();
  const phone = useMedia(PHONE);
  if (!settings) return <Waiting what="the settings" failure={failure} />;
  const embedded = settings.parts.filter((part) => !part.real).length;
  const real = settings.parts.length - embedded;
  return (
    <>
      <section className="lede still">
        <h1>{sentence(embedded, real)}</h1>
        <p>
          Embedded parts need no account and no server. Each can be replaced by a real one with a line of configuration;
          nothing else changes.
        </p>
      </section>
      <Parts parts={settings.parts} />
      <Stratum stratum={settings.stratum} />
      {status && status.actors.length > 0 ? (
        <section className="sec">
          <div className="sechead">
            <h2>Accounts</h2>
            <span className="small">{ACTORS_ARE}</span>
          </div>
          <table>
            <thead>
              <tr>
                <th>Who</th>
                <th className="np">Address</th>
                <th className="r">Holds, ETH</th>
              </tr>
            </thead>
            <tbody>
              {status.actors.map((actor) => (
                <tr key={actor.name}>
                  <td>
                    {actor.name}
                    <span className="small only-phone mono">{f.shortAddress(actor.address)}</span>
                  </td>
                  <td className="mono np q">{actor.address}</td>
                  <td className="r num">
                    <i className={status.ethereum.kind === "embedded" ? "sq emb" : "sq"} /> {f.eth(actor.balanceWei)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          {phone ? (
            <p className="after">
              <ActorChoice />
            </p>
          ) : null}
        </section>
      ) : null}
      <Values settings={settings.settings} />
    </>
  );
}

function sentence(embedded: number, real: number): string {
  if (real === 0) return "Everything here is embedded: a whole practice world in one process.";
  if (embedded === 0) return "Every part is real.";
  const parts = real === 1 ? "One part is real" : `${f.countWord(real)} parts are real`;
  return `${parts}, ${f.countWord(embedded).toLowerCase()} embedded.`;
}

function Parts({ parts }: { parts: Settings["parts"] }) {
  return (
    <section className="sec">
      <div className="sechead">
        <h2>Parts</h2>
        <span className="small">A solid square is real, a hatched one embedded.</span>
      </div>
      <table>
        <thead>
          <tr>
            <th>Part</th>
            <th>Now</th>
            <th className="np">What it is</th>
            <th className="np">To replace it</th>
          </tr>
        </thead>
        <tbody>
          {parts.map((part) => (
            <tr key={part.part}>
              <td className="num">
                <i className={part.real ? "sq" : "sq emb"} role="img" aria-label={part.real ? "real" : "embedded"} />{" "}
                {part.part}
              </td>
              <td>
                {part.name}
                <span className="small only-phone">
                  {part.detail}
                  {part.mend ? ` ${part.mend}` : ""}
                </span>
              </td>
              <td className="np q">{part.detail}</td>
              <td className="np q small">{part.mend ?? f.UNKNOWN}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Stratum({ stratum }: { stratum: Settings["stratum"] }) {
  const call = useCall();
  const turn = () =>
    call.run(async () => {
      await api("setStratum", { open: !stratum.open });
      live.refresh("settings", "status", "quarry");
    });
  return (
    <section className="sec">
      <div className="sechead">
        <h2>Stratum</h2>
        <span className="small mono">{stratum.url}</span>
      </div>
      <div className="switchline">
        <p className="q">
          {stratum.open ? (
            <>
              Open to the local network{stratum.lanUrls.length > 0 ? " at " : ""}
              {stratum.lanUrls.map((url, i) => (
                <span key={url}>
                  {i > 0 ? ", " : ""}
                  <span className="mono">{url}</span>
                </span>
              ))}
              . Anybody on that network can mine here, to their own payout address. Stratum is not encrypted.
            </>
          ) : (
            "The port answers on this computer only. Open it to connect a Bitaxe or an ASIC. Then anybody on your network can connect; Stratum has no password and is not encrypted, so open it on a network that you trust."
          )}
        </p>
        <button
          type="button"
          role="switch"
          aria-checked={stratum.open}
          className="btn"
          data-testid="stratum-open"
          disabled={call.running}
          onClick={turn}
        >
          {stratum.open ? "Close to the network" : "Open to the network"}
        </button>
      </div>
      <Refused failure={call.failure} />
    </section>
  );
}

function Values({ settings }: { settings: Settings["settings"] }) {
  return (
    <section className="sec">
      <div className="sechead">
        <h2>Values</h2>
        <span className="small">A later origin wins: default, file, environment, flag.</span>
      </div>
      <table>
        <thead>
          <tr>
            <th>Name</th>
            <th>Value</th>
            <th className="r">Origin</th>
          </tr>
        </thead>
        <tbody>
          {settings.map((setting) => (
            <tr key={setting.name}>
              <td className="mono">{setting.name}</td>
              <td className="mono q wrap-any">
                {isUnset(setting.value) ? f.UNKNOWN : setting.secret ? "hidden" : setting.value}
              </td>
              <td className="r q">{setting.origin}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function isUnset(value: string): boolean {
  return value === "" || value === "-";
}
