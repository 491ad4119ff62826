/**
 * How to point a miner at this node.
 * @module
 */
import type { Quarry } from "@carrara/api/schemas";
import { Link } from "../router.tsx";
import { CopyField } from "./copy-field.tsx";

export function Connect({ connect }: { connect: Quarry["connect"] }) {
  const here = /127\.0\.0\.1|localhost|\[::1\]/.test(connect.url);
  return (
    <section className="sec">
      <div className="sechead">
        <h2>Connect a miner</h2>
        <span className="small">Type these three into the machine’s pool page. It appears above within a minute.</span>
      </div>
      <div className="connect">
        <CopyField label="Stratum URL" value={connect.url} />
        <CopyField label="User: your payout address, a dot, a name" value={connect.user} />
        <CopyField label="Password: options, or x" value={connect.password} />
      </div>
      <p className="q small after">
        {connect.note}{" "}
        {here ? (
          <>
            The port answers on this computer only. <Link href="/settings">Open it to the local network</Link> for a
            machine of your own; anybody on that network can then mine here.
          </>
        ) : (
          "The port is open to the local network: anybody on it can mine here, to their own address."
        )}
      </p>
    </section>
  );
}
