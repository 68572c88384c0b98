// The chosen theme is set before anything is drawn, so that a page never flashes in the other one. See src/lib/theme.ts.
try {
  const theme = localStorage.getItem('zeitwork.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // A browser that keeps nothing shows the theme of the system.
}
