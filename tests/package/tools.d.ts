/** Modules that are there only where something was installed. */

declare module "puppeteer-core" {
  export interface Page {
    on(event: "pageerror", listener: (error: Error) => void): void;
    goto(url: string): Promise<unknown>;
    evaluate<Result>(call: () => Result | Promise<Result>): Promise<Result>;
    close(): Promise<void>;
  }

  export interface Browser {
    newPage(): Promise<Page>;
    close(): Promise<void>;
  }

  export interface Options {
    browser: "firefox";
    executablePath: string;
    headless: boolean;
    timeout: number;
  }

  export function launch(options: Options): Promise<Browser>;
}

/** The package by its URL, as a worker that is a module loads it. */
declare module "*/dist/networkwebsockets.mjs" {
  export * from "networkwebsockets";
}
