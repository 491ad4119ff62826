/**
 * Proof of work and recipe: what the contract checked, and how to make the piece again.
 * @module
 */
import type { PieceDetail } from "@carrara/api/schemas";
import { api } from "../api.ts";
import * as f from "../format.ts";
import { zerosOf } from "../piece-view.ts";
import { useCall } from "../use-call.ts";
import { useAnswer } from "../use-live.ts";
import { Refused, Short } from "./text.tsx";

export function Proof({ piece }: { piece: PieceDetail }) {
  const { zeros, rest, sentence } = zerosOf(piece.tokenId, piece.zeroBits);
  const token = piece.state !== "claim" && piece.state !== "forging" && piece.state !== "lapsed";
  return (
    <section className="sec">
      <div className="sechead">
        <h2>Proof of work</h2>
        <span className="small">
          {token
            ? "The contract checked these 80 bytes. So can you."
            : "The contract will check these 80 bytes. So can you."}
        </span>
      </div>
      <div className="three">
        <div>
          <div className="lab">sha256d of the header</div>
          <div className="hash">
            <b>{zeros}</b>
            {rest}
          </div>
          <p className="small q" style={{ marginTop: 10 }}>
            {sentence}
          </p>
          <p className="small qq" style={{ marginTop: 10 }}>
            It proves that the work was done, not where it was aimed.
          </p>
        </div>
        <Header piece={piece} />
        <Recipe piece={piece} token={token} />
      </div>
    </section>
  );
}

function Header({ piece: { proof } }: { piece: PieceDetail }) {
  if (proof === null) return <p className="small q">The header of this piece is not kept here; its chain has it.</p>;
  const hex = (value: number) => (value >>> 0).toString(16).padStart(8, "0");
  const rows: readonly (readonly [string, React.ReactNode, string?])[] = [
    ["Version", hex(proof.version)],
    ["Previous block", f.shortHash(proof.previousBlock), proof.previousBlock],
    ["Merkle root", f.shortHash(proof.merkleRoot), proof.merkleRoot],
    [
      "Time",
      <>
        {hex(proof.time)}
        <span className="qq"> · {f.clock(proof.time * 1000)}</span>
      </>,
    ],
    ["Bits", proof.bits],
    ["Nonce", hex(proof.nonce)],
    ["Commitment", `CARR ${short4(proof.commitment)}`, proof.commitment],
    ["Round", String(proof.round)],
  ];
  return (
    <dl className="kv">
      {rows.map(([name, value, whole]) => (
        <div key={name} style={{ display: "contents" }}>
          <dt>{name}</dt>
          <dd className="mono" title={whole}>
            {value}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Recipe({ piece, token }: { piece: PieceDetail; token: boolean }) {
  const { value: known } = useAnswer("collections", {});
  const call = useCall();
  const terms = known?.collections.find((each) => each.address.toLowerCase() === piece.collection.toLowerCase());
  const bytes = f.grouped(piece.styleHex.replace(/^0x/, "").length / 2);
  const size = f.grouped(piece.drawnSize);
  const save = () =>
    call.run(async () => {
      const { recipe } = await api("recipe", { tokenId: piece.tokenId });
      download(`${piece.title.replace(/[^\p{L}\p{N}]+/gu, "-")}.recipe.json`, recipe);
    });
  return (
    <div>
      <dl className="kv">
        <dt>Recipe</dt>
        <dd>style + seed → pixels, integers only</dd>
        <dt>Style</dt>
        <dd>
          {piece.style}, {bytes} bytes on chain
        </dd>
        <dt>Seed</dt>
        <dd>the hash, all 256 bits</dd>
        <dt>Drawn at</dt>
        <dd className="num">
          {size} × {size}, {piece.drawnSamples} × {piece.drawnSamples} samples
        </dd>
        {piece.traits
          .filter(({ name }) => name !== "Family")
          .map(({ name, value }) => (
            <div key={name} style={{ display: "contents" }}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        <dt>{token ? "Token" : "Collection"}</dt>
        <dd>
          {piece.collectionName}, <Short hash={piece.collection} />
        </dd>
        {terms ? (
          <>
            <dt>First sale</dt>
            <dd>
              artist {f.grouped(terms.artistShareBps / 100)}&nbsp;%, seller{" "}
              {f.grouped(100 - terms.artistShareBps / 100)}
              &nbsp;%
            </dd>
          </>
        ) : null}
      </dl>
      <p className="small" style={{ marginTop: 12 }}>
        <button type="button" className="word" data-testid="recipe" disabled={call.running} onClick={save}>
          Save the recipe
        </button>
        <span className="qq"> and check it with </span>
        <span className="mono">carrara verify</span>
      </p>
      <Refused failure={call.failure} />
    </div>
  );
}

function short4(hex: string): string {
  const plain = hex.replace(/^0x/, "");
  return `${plain.slice(0, 4)}…${plain.slice(-4)}`;
}

function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const anchor = document.createElement("a");
  anchor.href = url;
  anchor.download = name;
  anchor.click();
  URL.revokeObjectURL(url);
}
