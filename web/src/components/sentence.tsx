const command = /`([^`\n]+)`/;

/** Sentence shows what the platform says, with the commands and names that it puts between backticks in the font of code. */
export function Sentence({ text }: { text: string }) {
  // Every second part stood between backticks.
  return text.split(command).map((part, index) =>
    index % 2 === 1 ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a text stay where they are.
      <code key={index} className="isolate-text font-mono text-[0.92em] wrap-anywhere">
        {part}
      </code>
    ) : (
      part
    ),
  );
}
