/**
 * What the chosen actor may do with a piece: forge, list, cancel, buy, or why not.
 * @module
 */
import type { ActorName, PieceDetail } from "@carrara/api/schemas";
import { type FormEvent, useId, useState } from "react";
import { chooseActor, useActor } from "../actor.ts";
import { api } from "../api.ts";
import * as f from "../format.ts";
import { offerOf } from "../piece-view.ts";
import { type Call, useCall } from "../use-call.ts";
import { live, PHONE, useAnswer, useLive, useMedia } from "../use-live.ts";
import { ActorChoice } from "./actor-choice.tsx";
import { Refused } from "./text.tsx";

export function Offer({ piece }: { piece: PieceDetail }) {
  const { status } = useLive();
  const actor = useActor();
  const phone = useMedia(PHONE);
  const call = useCall();
  const { value: known } = useAnswer("collections", {});
  if (!status) return <div className="offer" />;
  const collection = known?.collections.find((each) => each.address.toLowerCase() === piece.collection.toLowerCase());
  const offer = offerOf(piece, actor, status);
  const write = (work: () => Promise<unknown>) =>
    call.run(async () => {
      await work();
      live.refresh("piece", "pieces", "status");
    });
  const { tokenId } = piece;
  return (
    <div className="offer">
      {offer.act === "forge" ? (
        <Press
          id="forge"
          call={call}
          word="Forge"
          busy="Forging…"
          note={`as the ${actor}, ${priceNote(collection?.priceWei)}`}
          onPress={() => write(() => api("forge", { tokenId, as: actor }))}
        />
      ) : null}
      {offer.act === "list" ? (
        <PriceForm
          call={call}
          actor={actor}
          onPrice={(priceWei) => write(() => api("list", { tokenId, as: actor, priceWei }))}
        />
      ) : null}
      {offer.act === "buy" && piece.listing ? (
        <Press
          id="buy"
          call={call}
          word={f.ethText(piece.listing.priceWei)}
          busy="Buying…"
          note={`buy as the ${actor}`}
          onPress={() => write(() => api("buy", { tokenId, as: actor }))}
        />
      ) : null}
      {offer.act === "cancel" ? (
        <Press
          id="cancel"
          call={call}
          plain
          word="Withdraw the listing"
          busy="Withdrawing…"
          note={`listed by the ${actor}${piece.listing ? ` at ${f.ethText(piece.listing.priceWei)}` : ""}`}
          onPress={() => write(() => api("cancel", { tokenId, as: actor }))}
        />
      ) : null}
      {offer.act === "wait" ? <Press id="wait" call={call} plain disabled word="Forging…" note={offer.reason} /> : null}
      {offer.act === "none" ? <p className="q">{offer.reason}</p> : null}
      {offer.act === "switch" ? (
        <p className="q">
          {offer.reason}{" "}
          <button type="button" className="word" onClick={() => chooseActor(offer.to)}>
            Act as the {offer.to}
          </button>
        </p>
      ) : null}
      <Refused failure={call.failure} />
      <p className="small qq terms">{terms(piece, collection)}</p>
      {phone ? (
        <p className="small q" style={{ marginTop: 8 }}>
          <ActorChoice />
        </p>
      ) : null}
    </div>
  );
}

function Press(props: {
  id: string;
  call: Call;
  word: string;
  busy?: string;
  note: string;
  plain?: boolean;
  disabled?: boolean;
  onPress?: () => void;
}) {
  return (
    <div className="buy">
      <button
        type="button"
        className={props.plain ? "btn" : "btn solid"}
        data-testid={props.id}
        disabled={props.disabled === true || props.call.running}
        onClick={props.onPress}
      >
        {props.call.running ? (props.busy ?? props.word) : props.word}
        <span>{props.note}</span>
      </button>
    </div>
  );
}

function PriceForm({ call, actor, onPrice }: { call: Call; actor: ActorName; onPrice: (wei: string) => void }) {
  const [text, setText] = useState("");
  const [asked, setAsked] = useState(false);
  const id = useId();
  const wei = f.parseEth(text);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setAsked(true);
    if (wei !== null) onPrice(wei.toString());
  };
  return (
    <form onSubmit={submit} noValidate>
      <div className="buy">
        <label className="price" htmlFor={id}>
          <input
            id={id}
            data-testid="price"
            inputMode="decimal"
            autoComplete="off"
            placeholder="0.05"
            aria-label="Price in ETH"
            aria-invalid={asked && wei === null}
            aria-describedby={`${id}-note`}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
          <span>ETH</span>
        </label>
        <button type="submit" className="btn solid" data-testid="list" disabled={call.running}>
          {call.running ? "Listing…" : "List"}
          <span>as the {actor}, its owner</span>
        </button>
      </div>
      <p id={`${id}-note`} className="refused" role={asked && wei === null ? "alert" : undefined}>
        {asked && wei === null ? (
          <>
            <b>No price.</b> Give an amount above 0 in ETH with at most 18 decimals, such as 0.05.
          </>
        ) : (
          ""
        )}
      </p>
    </form>
  );
}

type Terms = { readonly priceWei: string; readonly artistShareBps: number; readonly royaltyBps: number };

function priceNote(priceWei: string | undefined): string {
  if (priceWei === undefined) return "by one transaction";
  return priceWei === "0" ? "for the gas alone" : `for ${f.ethText(priceWei)} to the artist`;
}

/** Who else is paid, in a line. */
function terms(piece: PieceDetail, known: Terms | undefined): string {
  if (piece.listing && BigInt(piece.listing.artistWei) > 0n)
    return `${f.ethText(piece.listing.artistWei)} of the price is the artist’s`;
  if (!known) return "";
  const share = (bps: number) => `${bps / 100}\u00a0%`;
  if (piece.state === "claim" || piece.state === "forging" || piece.state === "forged")
    return `${share(known.artistShareBps)} of the first sale goes to the artist`;
  return known.royaltyBps === 0 ? "" : `${share(known.royaltyBps)} of later sales goes to artist and miner`;
}
