import type { SpanResponse } from "sightglass/contract";
import { isProfileEvent, readProfile } from "../../flame/profile-events.ts";
import { ProfileSection } from "../../flame/profile-section.tsx";
import { AttributeList } from "./attribute-list.tsx";
import type { LoadedTrace } from "./read-trace.ts";
import { Section } from "./section.tsx";
import { SpanError } from "./span-error.tsx";
import { SpanEvents } from "./span-events.tsx";
import { SpanLinks } from "./span-links.tsx";
import { SpanLogs } from "./span-logs.tsx";
import "./span-sections.css";

export interface SpanSectionsProps {
  trace: LoadedTrace;
  span: SpanResponse;
  onSpan: (spanId: string) => void;
}

/** What is read of a span by itself: all that was sent of it. */
export function SpanSections({ trace, span, onSpan }: SpanSectionsProps) {
  const resource = span.resources[span.resource];
  const scope = span.scopes[span.scope];
  const profile = readProfile(span);
  const events = span.events.filter(({ name }) => !isProfileEvent(name));
  return (
    <>
      <SpanError span={span} />
      <Section title="Attributes" count={span.attributes.length} dropped={span.droppedAttributesCount}>
        <AttributeList label="Attributes" items={span.attributes} />
      </Section>
      {profile === null ? null : (
        <Section title="Profile" note={`${profile.sampleCount} samples`}>
          <ProfileSection profile={profile} of={span.name} />
        </Section>
      )}
      <Section title="Events" count={events.length} dropped={span.droppedEventsCount}>
        <SpanEvents events={events} startTimeUnixNano={span.startTimeUnixNano} />
      </Section>
      <Section title="Links" count={span.links.length} dropped={span.droppedLinksCount}>
        <SpanLinks span={span} traceId={trace.traceId} onSpan={onSpan} />
      </Section>
      <SpanLogs traceId={trace.traceId} span={span} />
      <Section
        title="Resource"
        count={resource?.attributes.length ?? 0}
        dropped={resource?.droppedAttributesCount ?? 0}
      >
        <AttributeList label="Resource" items={resource?.attributes ?? []} />
        {resource?.schemaUrl ? <p className="span-note">Schema: {resource.schemaUrl}</p> : null}
      </Section>
      <Section
        title="Scope"
        count={scope?.attributes.length ?? 0}
        note={scopeText(scope)}
        dropped={scope?.droppedAttributesCount ?? 0}
      >
        <AttributeList label="Scope" items={scope?.attributes ?? []} />
        {span.traceState === "" ? null : <p className="span-note">Trace state: {span.traceState}</p>}
      </Section>
    </>
  );
}

const scopeText = (scope: { name: string; version: string } | undefined) =>
  scope === undefined ? "" : `${scope.name} ${scope.version}`.trim();
