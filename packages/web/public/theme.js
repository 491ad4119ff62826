// Runs before the first paint, so that a chosen theme does not flash; a file because the page allows no inline script.
try {
  const theme = new URLSearchParams(location.search).get("theme") || localStorage.getItem("theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage may be forbidden; the system's theme serves.
}
