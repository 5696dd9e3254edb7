// Carries messages from the browser to the server. Each is sent until the server has taken it.

/** @typedef {import("messages").Message} Message */
/** @typedef {import("messages").Packet} Packet */
/** @typedef {(number: number) => boolean} IsOpen whether a message still had no reply */

const PATIENCE_MS = 1000; // until messages without a reply are sent again; then twice as long
const MOST_PATIENCE_MS = 16_000;
const MOST_MESSAGES = 10; // in a packet, as in messages.json

export class Outbox {
  constructor() {
    this.number = 0; // of the newest message; numbers grow for as long as the tab is open
    /** @type {(Message & { slot: string })[]} that the server has not taken, in their order */
    this.waiting = [];
    this.sent = 0; // number of the newest message on its way, 0 if none is
    this.patience = PATIENCE_MS;
    /** @type {Omit<Packet, "messages"> | undefined} of the last update */
    this.mark = undefined;
    /** @type {((packet: Packet) => void) | undefined} */
    this.post = undefined;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
  }

  /**
   * Adds a message and returns its number. It replaces one of the same slot that is still waiting;
   * without a slot it replaces none.
   * @template {Message["kind"]} Kind
   * @param {Kind} kind
   * @param {Extract<Message, { kind: Kind }>["body"]} body
   * @param {string} [slot]
   */
  add(kind, body, slot = kind) {
    this.number += 1;
    const message = /** @type {any} */ ({ kind, number: this.number, body, slot });
    this.waiting = [...this.waiting.filter((other) => !slot || other.slot !== slot), message];
    this.send();
    return this.number;
  }

  /**
   * Takes note of an update: which session and page the server draws, and the last message taken.
   * Messages for another page or session are dropped.
   * @param {{ session: string, page: string, taken: number }} update
   * @param {(packet: Packet) => void} post sends a packet to the server
   */
  connect({ session, page, taken }, post) {
    const moved = this.mark && (this.mark.session !== session || this.mark.page !== page);
    const waiting = moved ? [] : this.waiting.filter(({ number }) => number > taken);
    if (waiting.length < this.waiting.length) this.patience = PATIENCE_MS;
    Object.assign(this, { mark: { session, page }, post, waiting });
    if (moved || this.sent <= taken) {
      clearTimeout(this.timer);
      this.sent = 0;
      this.send();
    }
  }

  /** @param {number} number */
  isWaiting(number) {
    return this.waiting.some((message) => message.number === number);
  }

  /**
   * Returns a function that says whether a message is waiting at this moment, or is added later.
   * @returns {IsOpen}
   */
  snapshot() {
    const { number: newest, waiting } = this;
    return (number) => number > newest || waiting.some((message) => message.number === number);
  }

  // Sends the oldest waiting messages in one packet. The next one follows the reply, so that a slow
  // server is not flooded while a slider is dragged.
  send() {
    const oldest = this.waiting.slice(0, MOST_MESSAGES), last = oldest.at(-1);
    if (this.sent || !last || !this.post || !this.mark) return;
    this.sent = last.number;
    const messages = oldest.map((message) => (
      /** @type {Message} */ ({ kind: message.kind, number: message.number, body: message.body })
    ));
    this.post({ ...this.mark, messages });
    this.timer = setTimeout(() => {
      this.patience = Math.min(2 * this.patience, MOST_PATIENCE_MS);
      this.sent = 0;
      this.send();
    }, this.patience);
  }
}

export const outbox = new Outbox(); // one for the tab
