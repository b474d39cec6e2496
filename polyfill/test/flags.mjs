/** The flags of every Chromium that tests start. */

/** What Playwright switches off: a second list takes the place of its own. */
const OFF_BY_PLAYWRIGHT = [
  "AimEnabled",
  "AvoidCorsURLLoaderRestartOnRedirect",
  "AvoidUnnecessaryBeforeUnloadCheckSync",
  "DestroyProfileOnBrowserClose",
  "HttpsFirstBalancedModeAutoEnable",
  "HttpsUpgrades",
  "LensOverlay",
  "MediaRouter",
  "NetworkTimeServiceQuerying",
  "OptimizationHints",
  "PaintHolding",
  "PreconnectToSearch",
  "TcpPortRandomizationWin",
  "ThirdPartyStoragePartitioning",
];

/** Processes that Chromium starts with each window, in case somebody needs them. They are a quarter of the work of a page. */
const SPARE_PROCESSES = ["PreloadTopChromeWebUI", "SpareRendererForSitePerProcess"];

export const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  `--disable-features=${[...OFF_BY_PLAYWRIGHT, ...SPARE_PROCESSES].join()}`,
  "--disable-sync",
  "--no-first-run",
];
