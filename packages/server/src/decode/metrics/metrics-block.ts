import { ExemplarBlock } from "./exemplar-block.ts";
import { HistogramBlock } from "./histogram-block.ts";
import { MetadataBlock } from "./metadata-block.ts";
import { SampleBlock } from "./sample-block.ts";
import { SeriesBlock } from "./series-block.ts";

/** The rows that a request for metrics makes, in the tables that they go to. */
export class MetricsBlock {
  readonly samples = new SampleBlock();
  readonly series = new SeriesBlock();
  readonly histograms = new HistogramBlock();
  readonly exemplars = new ExemplarBlock();
  readonly metadata = new MetadataBlock();

  clear(): void {
    this.samples.clear();
    this.series.clear();
    this.histograms.clear();
    this.exemplars.clear();
    this.metadata.clear();
  }
}
