// What was done in the diagram, told to the server until it says that it has taken it.
const PATIENCE_MS = 600; // that an answer may take: question or answer may be lost

export class Actions {
  constructor() {
    this.number = 0; // of all actions
    this.open = []; // those that the server has not yet taken
    this.told = 0; // number of the last one told
    this.tries = 0;
  }

  // A further value of the same parameter replaces one that has not been taken. Returns its number.
  add(action) {
    const same = ({ set }) => String(set ?? "") !== String(action.set ?? "");
    this.open = [...this.open.filter(same), { ...action, number: this.number += 1 }];
    this.flush();
    return this.number;
  }

  // Takes note of the last action that the server has taken, and of how to tell it of more.
  take(taken, tell) {
    this.tell = tell;
    this.open = this.open.filter(({ number }) => number > taken);
    if (this.told <= taken) this.told = 0; // answered: it may be told of the next
    this.flush();
  }

  // One message at a time, so that a slow server is not flooded while a slider is dragged.
  flush() {
    if (this.told || !this.open.length || !this.tell) return;
    this.told = this.number;
    this.tries += 1; // the same once more would be no news to Streamlit
    this.tell({ actions: this.open, try: this.tries });
    const { tries } = this;
    setTimeout(() => {
      if (tries !== this.tries || !this.told) return;
      this.told = 0;
      this.flush();
    }, PATIENCE_MS);
  }
}
