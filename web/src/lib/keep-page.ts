/** keepPageOnDrop keeps a file that is dropped beside where it belongs from taking the place of the page, and of all that was typed there. */
export function keepPageOnDrop(): void {
  for (const name of ['dragover', 'drop'] as const) {
    window.addEventListener(name, (event) => {
      if (event.defaultPrevented || !event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = 'none';
    });
  }
}
