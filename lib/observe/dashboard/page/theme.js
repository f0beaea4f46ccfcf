// Before anything is drawn: light or dark, if somebody has chosen; the system's choice unless so.
{
  const theme = localStorage.getItem('troupe-theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
}
