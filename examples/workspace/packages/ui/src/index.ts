export function button(label: string): HTMLButtonElement {
  const element = document.createElement("button");
  element.textContent = label;

  return element;
}
