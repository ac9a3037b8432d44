import type { S3Client } from '@aws-sdk/client-s3';
import type { SchedulerClient } from '@aws-sdk/client-scheduler';
import type { SNSClient } from '@aws-sdk/client-sns';
import type { SSMClient } from '@aws-sdk/client-ssm';
import type { OpsItemSetting, TimerSetting, Wait } from '../../../lib/contracts/incident';
import { PROPOSED } from '../../../lib/contracts/remediation';
import type { DeliverTurnAnswer, DeliverTurnPayload } from '../../../lib/contracts/step';
import { type Place, placeOf, reported } from '../incident/incident-record';
import {
  ANSWER,
  firstFault,
  type IncidentAnswer,
  type IncidentReport,
  REPORT_FORMAT,
} from '../incident/incident-report';
import type { IncidentStore } from '../incident/incident-store';
import { isTransient } from '../incident/repeatable';
import { AnswerError, jsonAnswer } from '../turn/final-answer';
import { log } from '../turn/log';
import type { TextStore } from '../turn/text-store';
import { notify } from './notification';
import { opsItem } from './ops-item';
import { reportMarkdown } from './report-markdown';
import { remediationFault, type Remediations } from './remediation';
import { ReportObjects } from './report-objects';
import { setTimer } from './timer';

export interface Delivery {
  readonly store: IncidentStore;
  readonly texts: TextStore;
  readonly serviceName: string;
  readonly reports: { readonly client: S3Client; readonly bucket: string };
  /** The events that a report may wait for. */
  readonly waits: readonly Wait[];
  readonly topic?: { readonly client: SNSClient; readonly arn: string };
  readonly opsItems?: { readonly client: SSMClient; readonly setting: OpsItemSetting };
  readonly timers?: { readonly client: SchedulerClient; readonly setting: TimerSetting };
  readonly remediations?: Remediations;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * Publishes the report of a turn: bucket, OpsItem, timer, proposal, topic, and last the record of the incident, after
 * which a repetition does nothing. Every call before it can be repeated; only the message to the topic would be sent
 * twice.
 */
export async function publishReport(payload: DeliverTurnPayload, delivery: Delivery): Promise<DeliverTurnAnswer> {
  const { turn } = payload;
  const place = placeOf(await delivery.store.read(), turn.name);
  if (!place) return refused('incident-unknown', 'The turn belongs to no incident that the ledger remembers');
  const before = place.incident.reports[turn.name];
  if (before) return { delivered: true, receipt: before.receipt };
  const answer = await checkedAnswer(payload, delivery);
  if ('fault' in answer) return refused('report-invalid', answer.fault);

  const report = published(answer, payload, place, delivery.serviceName);
  const { incident } = place;
  const objects = new ReportObjects(delivery.reports.client, delivery.reports.bucket);
  const stem = `reports/${incident.id}/${String(place.number).padStart(2, '0')}`;
  const location = `s3://${objects.bucket}/${stem}.md`;
  await objects.put(`${stem}.json`, `${JSON.stringify(report, undefined, 2)}\n`, 'application/json');
  await objects.put(`${stem}.md`, reportMarkdown(report), 'text/markdown; charset=utf-8');

  const { topic } = delivery;
  const item = await opsItemOf(report, location, place, delivery);
  const timer = await timerOf(report, place, turn.name, delivery);
  if (report.remediation) await delivery.remediations?.propose(report, report.remediation, turn);
  const notification = topic ? await notify(topic.client, topic.arn, report, location) : undefined;

  const receipt = {
    incident: incident.id,
    report: place.number,
    status: report.status,
    json: `${stem}.json`,
    markdown: `${stem}.md`,
    ...(item === undefined ? {} : { opsItem: item }),
    ...(timer === undefined ? {} : { timer }),
    ...(notification === undefined ? {} : { notification }),
    ...(report.remediation ? { remediation: PROPOSED } : {}),
  };
  const entry = { number: place.number, status: report.status, summary: report.summary, receipt };
  await delivery.store.change((record) => ({
    next:
      record && !placeOf(record, turn.name)?.incident.reports[turn.name]
        ? reported(record, turn.name, entry, {
            opsItem: item === 'failed' ? undefined : item,
            timer: timer === 'set',
            at: new Date(delivery.now()).toISOString(),
          })
        : undefined,
    result: undefined,
  }));
  log('publish-report', 'published', { turn: turn.name, incident: incident.id, number: place.number });
  return { delivered: true, receipt };
}

async function checkedAnswer(
  { output }: DeliverTurnPayload,
  { texts, waits, remediations }: Delivery,
): Promise<IncidentAnswer | { readonly fault: string }> {
  try {
    const { data, error } = ANSWER.safeParse(jsonAnswer(await texts.text(output)));
    if (error) return { fault: firstFault(error) };
    const { waitFor, remediation } = data;
    if (waitFor && !waits.includes(waitFor.what)) return { fault: 'waitFor.what: nothing resumes on it' };
    const fault = remediation && remediationFault(remediation, remediations?.runbooks ?? []);
    return fault ? { fault } : data;
  } catch (error) {
    if (error instanceof AnswerError) return { fault: `the document: ${error.code}` };
    throw error;
  }
}

function published(
  answer: IncidentAnswer,
  { turn, evidence }: DeliverTurnPayload,
  { incident, number }: Place,
  service: string,
): IncidentReport {
  const { detail } = turn;
  return {
    ...answer,
    format: REPORT_FORMAT,
    timeline: answer.timeline
      .map((entry) => ({ ...entry, at: new Date(entry.at).toISOString() }))
      .sort((a, b) => Date.parse(a.at) - Date.parse(b.at)),
    incident: { id: incident.id, service, number, openedAt: incident.openedAt, alarms: [...incident.alarms] },
    turn: {
      agentName: detail.agentName,
      name: turn.name,
      executionArn: detail.turn.executionArn,
      startedBy: detail.trigger.time,
      evidence: { ...evidence },
    },
  };
}

/** OpsCenter is optional: if it isn't set up, refuses or doesn't respond, the report is still published. */
async function opsItemOf(
  report: IncidentReport,
  location: string,
  { incident }: Place,
  { opsItems }: Delivery,
): Promise<string | undefined> {
  if (!opsItems) return undefined;
  try {
    return await opsItem(opsItems.client, opsItems.setting, report, location, incident.opsItem);
  } catch (error) {
    log('publish-report', 'ops-item-failed', { error: (error as Error).name, incident: incident.id });
    return 'failed';
  }
}

/** Sets the timer that a report requests, unless the incident has ended or has no timers left. */
async function timerOf(
  { waitFor }: IncidentReport,
  { incident, current }: Place,
  turn: string,
  { timers, now }: Delivery,
): Promise<'set' | 'used-up' | 'over' | 'failed' | undefined> {
  if (waitFor?.what !== 'timer' || !timers) return undefined;
  if (!current || incident.concluded) return 'over';
  const { client, setting } = timers;
  if (incident.timers >= setting.most) return 'used-up';
  const at = new Date(now() + (waitFor.minutes ?? setting.afterMinutes) * 60_000);
  try {
    await setTimer(client, setting, { incident: incident.id, after: turn }, at);
    return 'set';
  } catch (error) {
    // A denial is final. A temporary failure is repeated, because without its timer, the incident isn't resumed.
    if (isTransient(error)) throw error;
    log('publish-report', 'timer-failed', { error: (error as Error).name, incident: incident.id });
    return 'failed';
  }
}

function refused(code: string, message: string): DeliverTurnAnswer {
  log('publish-report', 'refused', { code });
  return { delivered: false, reason: { code, message } };
}
