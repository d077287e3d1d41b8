import { describe, expect, it } from "vitest";
import { meaningOf, type Pressed } from "../../src/console/keys/bindings";

const pressed = (key: string, changes: Partial<Pressed> = {}): Pressed => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  isTyping: false,
  isOnControl: false,
  ...changes,
});

describe("a key", () => {
  it("means its command in either case", () => {
    expect([meaningOf(pressed("j")), meaningOf(pressed("J"))]).toEqual(["next", "next"]);
  });

  it("that is a digit begins a rescue code", () => expect(meaningOf(pressed("4"))).toEqual({ code: "4" }));

  it.each(["j", "a", "4", "?", "Enter"])("(%s) means nothing where somebody types", (key) => {
    expect(meaningOf(pressed(key, { isTyping: true }))).toBe(null);
  });

  it("to leave works everywhere", () => expect(meaningOf(pressed("Escape", { isTyping: true }))).toBe("escape"));

  it.each(["ctrlKey", "metaKey", "altKey"] as const)("with %s is the browser's", (modifier) => {
    expect(meaningOf(pressed("a", { [modifier]: true }))).toBe(null);
  });

  it("that works the button it lies on is left to that", () => {
    expect(meaningOf(pressed("Enter", { isOnControl: true }))).toBe(null);
  });
});
