import { closeSync, openSync, readdirSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CampaignCsv } from '../../lib/campaign/csv.ts';
import { campaignPlots } from '../../lib/campaign/plots.ts';
import type { CampaignResult } from '../../lib/campaign/result.ts';
import type { Cell, Variation } from '../../lib/campaign/cells.ts';
import type { RunRow } from '../../lib/campaign/row.ts';
import { InputError } from '../exit.ts';
import { makeFolder } from '../make-folder.ts';
import { pageCode } from '../page.ts';
import { campaignPage } from './html.ts';

/** Names of the files in a campaign's folder. Plots stand beside them, each a picture of its own. */
export const campaignFiles = { page: 'campaign.html', result: 'campaign.json', csv: 'campaign.csv' } as const;

const CHUNK_LENGTH = 64 * 1024;

/** What a campaign leaves behind. Rows go to the file as they come; nothing piles up in memory. */
export class CampaignOutputs {
  readonly folder: string;
  readonly #csv: CampaignCsv;
  readonly #file: number;
  #chunk = '';

  /** @param csvPath where the rows go instead of the folder */
  constructor(folder: string, csvPath: string | undefined, variations: readonly Variation[]) {
    this.folder = folder;
    try {
      makeFolder(folder);
      if (csvPath !== undefined) makeFolder(dirname(csvPath));
      this.#file = openSync(csvPath ?? join(folder, campaignFiles.csv), 'w');
      // Plots of the campaign before would stand beside those of this one.
      for (const name of readdirSync(folder)) if (/^\d\d-.*\.svg$/.test(name)) rmSync(join(folder, name));
    } catch (error) {
      throw new InputError(`cannot write there: ${(error as Error).message}`);
    }
    this.#csv = new CampaignCsv(variations, (text) => this.#write(text));
  }

  row(cell: Cell, row: RunRow): void {
    this.#csv.row(cell, row);
  }

  async end(result: CampaignResult, json: string): Promise<void> {
    this.#csv.end();
    this.#flush();
    closeSync(this.#file);
    writeFileSync(join(this.folder, campaignFiles.result), json);
    const plots = campaignPlots(result);
    for (const { name, svg } of plots) writeFileSync(join(this.folder, `${name}.svg`), svg);
    const { style } = await pageCode();
    writeFileSync(join(this.folder, campaignFiles.page), campaignPage(result, plots, style));
  }

  #write(text: string): void {
    this.#chunk += text;
    if (this.#chunk.length >= CHUNK_LENGTH) this.#flush();
  }

  #flush(): void {
    writeSync(this.#file, this.#chunk);
    this.#chunk = '';
  }
}
