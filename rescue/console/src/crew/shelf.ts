// What the phone keeps through a dead battery: answers in their order, and what was last seen, in IndexedDB.

const NAME = "rescue-crew";
const VERSION = 1;
const ANSWERS = "answers";
const SEEN = "seen";

/** Things kept in the order in which they were added. */
export interface Shelf<Item> {
  add(item: Item): Promise<void>;
  all(): Promise<Item[]>;
  remove(place: number): Promise<void>;
}

let opened: Promise<IDBDatabase> | null = null;

function open(): Promise<IDBDatabase> {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(ANSWERS, { keyPath: "place", autoIncrement: true });
      request.result.createObjectStore(SEEN);
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opened;
}

async function within<Result>(
  store: string,
  mode: IDBTransactionMode,
  work: (store: IDBObjectStore) => IDBRequest<Result>,
): Promise<Result> {
  const transaction = (await open()).transaction(store, mode);
  const request = work(transaction.objectStore(store));
  return new Promise((resolve, reject) => {
    // Not before the transaction is through: an answer that is called kept is kept.
    transaction.oncomplete = () => resolve(request.result);
    transaction.onerror = () => reject(transaction.error);
    transaction.onabort = () => reject(transaction.error);
  });
}

/** The shelf of answers that wait. */
export function answersShelf<Item>(): Shelf<Item> {
  return {
    add: async (item) => {
      await within(ANSWERS, "readwrite", (store) => store.add(item));
    },
    all: () => within<Item[]>(ANSWERS, "readonly", (store) => store.getAll()),
    remove: async (place) => {
      await within(ANSWERS, "readwrite", (store) => store.delete(place));
    },
  };
}

/** What was last seen under this name. */
export function seen<Item>(name: string): Promise<Item | undefined> {
  return within<Item | undefined>(SEEN, "readonly", (store) => store.get(name));
}

export async function remember(name: string, item: unknown): Promise<void> {
  await within(SEEN, "readwrite", (store) => store.put(item, name));
}

/** Nothing of what was seen stays on a phone that was signed out; answers that wait do. */
export async function forgetSeen(): Promise<void> {
  await within(SEEN, "readwrite", (store) => store.clear());
}
