// Runs before the first paint, so that a chosen theme never flashes. Its own file because the page allows no inline script.
try {
  const theme = localStorage.getItem('flipside.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // Storage is refused: the system's theme is right.
}
