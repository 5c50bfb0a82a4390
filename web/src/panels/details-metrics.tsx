import { ExternalLink } from "lucide-react";
import { useState } from "react";
import type { Metric } from "../api/types";
import { safeLink } from "../domain/facts";
import { formatExact } from "../domain/time";
import { formatMetric } from "../domain/units";
import { say } from "../text/text";
import { Sparkline, type SparkPoint } from "../ui/sparkline";

/** Vitals: value, course and range of each metric. */
export function Metrics({ metrics }: { readonly metrics: readonly Metric[] }) {
  const shown = metrics.filter((metric) => !metric.empty || metric.url !== "");
  if (shown.length === 0) return null;
  return (
    <section className="vitals" aria-label={say.details.metrics}>
      {shown.map((metric) => (
        <Vital key={metric.id} metric={metric} />
      ))}
    </section>
  );
}

/** The least and the most of what is drawn, in words; blank without samples. */
function range(metric: Metric): readonly [string, string] {
  const values = metric.samples.map((sample) => sample.value);
  if (values.length === 0) return [say.details.noSamples, ""];
  const min = formatMetric(Math.min(...values), metric.format);
  const max = formatMetric(Math.max(...values), metric.format);
  // Rates are long words, and a card is narrow.
  if (metric.format === "rate") return [min, say.details.to(max)];
  return [say.details.min(min), say.details.max(max)];
}

function Vital({ metric }: { readonly metric: Metric }) {
  const [point, setPoint] = useState<SparkPoint | null>(null);
  const value = formatMetric(point?.value ?? metric.value, metric.format);
  const link = safeLink(metric.url);
  const [min, max] = range(metric);
  return (
    <figure className="vital">
      <figcaption>
        <span className="muted">{metric.label}</span>
        {link !== null && (
          <a href={link} target="_blank" rel="noreferrer" aria-label={say.details.elsewhere(metric.label)}>
            <ExternalLink size={12} aria-hidden="true" />
          </a>
        )}
        <strong className="figures">{metric.empty ? "–" : value}</strong>
      </figcaption>
      <Sparkline
        label={`${metric.label} ${value}, ${min}, ${max}`}
        points={metric.samples}
        onPoint={setPoint}
      />
      <span className="vital-range muted figures">
        {point === null ? (
          <>
            <span className="cut">{min}</span>
            <span className="cut">{max}</span>
          </>
        ) : (
          <span className="cut">{formatExact(point.at)}</span>
        )}
      </span>
    </figure>
  );
}
