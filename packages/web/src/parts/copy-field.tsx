/**
 * A line of mono with Copy.
 * @module
 */
import { useEffect, useState } from "react";

export function CopyField({ label, value }: { label: string; value: string }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1200);
    return () => clearTimeout(timer);
  }, [copied]);
  return (
    <div>
      <div className="lab">{label}</div>
      <div className="field">
        <span className="mono">{value}</span>
        <button
          type="button"
          className="btn sm"
          aria-label={`Copy: ${label}`}
          onClick={async () => setCopied(await copy(value))}
        >
          {copied ? "Copied" : "Copy"}
        </button>
      </div>
    </div>
  );
}

/** The clipboard is only given to pages on loopback or https; elsewhere an invisible text field does it. */
async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    area.className = "gone";
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}
