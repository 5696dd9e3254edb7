// Carries what the browser tells the server. Each message is sent until the server has taken it.
const PATIENCE_MS = 1000; // until messages without an answer are sent again; then twice as long
const MOST_PATIENCE_MS = 16_000;

export class Outbox {
  constructor() {
    this.number = 0; // of the newest message; numbers grow for as long as the tab is open
    this.waiting = []; // messages that the server has not taken, in their order
    this.sent = 0; // number of the newest message on its way, 0 if none is
    this.patience = PATIENCE_MS;
  }

  // Adds a message and returns its number. It replaces one of the same slot that is still waiting;
  // without a slot it replaces none.
  add(kind, body = {}, slot = kind) {
    this.number += 1;
    const kept = this.waiting.filter((message) => !slot || message.slot !== slot);
    this.waiting = [...kept, { kind, number: this.number, body, slot }];
    this.send();
    return this.number;
  }

  // Takes note of an update: which session and page the server draws, and the last message taken.
  // `post` sends one packet to the server. Messages for another page or session are dropped.
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

  isWaiting(number) {
    return this.waiting.some((message) => message.number === number);
  }

  // Returns a function that says whether a message was still waiting at this moment, or came later.
  snapshot() {
    const { number: newest, waiting } = this;
    return (number) => number > newest || waiting.some((message) => message.number === number);
  }

  // Sends all that waits in one packet. The next one follows the answer, so that a slow server is
  // not flooded while a slider is dragged.
  send() {
    if (this.sent || !this.waiting.length || !this.post) return;
    this.sent = this.waiting.at(-1).number;
    const messages = this.waiting.map(({ kind, number, body }) => ({ kind, number, body }));
    this.post({ ...this.mark, messages });
    this.timer = setTimeout(() => {
      this.patience = Math.min(2 * this.patience, MOST_PATIENCE_MS);
      this.sent = 0;
      this.send();
    }, this.patience);
  }
}

export const outbox = new Outbox(); // one for the tab
