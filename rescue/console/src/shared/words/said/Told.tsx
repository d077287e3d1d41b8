// What the service said, shown in the language chosen, or marked as English where it is known in English only.

import type { JSX } from "preact";
import { told } from ".";

export function Told({ sentence, ...rest }: { sentence: string; class?: string }): JSX.Element {
  const { said, lang } = told(sentence);
  return (
    <span lang={lang} {...rest}>
      {said}
    </span>
  );
}
