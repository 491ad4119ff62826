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
        {connect.note} {here ? "Then anybody on that network can mine here, to an address of their own. " : ""}
        <Link href="/settings">Settings</Link>
        <br />
        The password may say <span className="mono">c=collection to=0x… d=difficulty</span>, in any order; x takes the
        open collection and its owner.
      </p>
    </section>
  );
}
