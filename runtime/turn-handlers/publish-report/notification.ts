import { createHash } from 'node:crypto';
import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import type { IncidentReport } from '../incident/incident-report';
import { log } from '../turn/log';
import { visibleLine } from '../incident/visible-text';
import { cut } from './ops-item';

/**
 * Tells subscribers of a topic that there is a report: the summary and where the rest is.
 *
 * Whatever the topic or its key refuses, the report stands: a message is no part of the record. It is tried as often as
 * the client does, and the result tells.
 */
export async function notify(
  sns: SNSClient,
  topicArn: string,
  report: IncidentReport,
  location: string,
): Promise<'sent' | 'failed'> {
  try {
    await sns.send(
      new PublishCommand({ TopicArn: topicArn, ...message(report, location), ...ordered(topicArn, report) }),
    );
    return 'sent';
  } catch (error) {
    log('publish-report', 'notification-failed', { error: (error as Error).name, incident: report.incident.id });
    return 'failed';
  }
}

/** A FIFO topic wants a group, and keeps the reports of an incident in order. A repeated message comes once. */
function ordered(topicArn: string, { incident, turn }: IncidentReport) {
  if (!topicArn.endsWith('.fifo')) return {};
  const id = createHash('sha256').update(`${incident.id} ${turn.name}`).digest('hex');
  return { MessageGroupId: incident.id.slice(0, 128), MessageDeduplicationId: id };
}

function message(report: IncidentReport, location: string) {
  const { incident, status, summary, probableCause, waitFor } = report;
  return {
    // At most 100 characters of ASCII: docs.aws.amazon.com/sns/latest/api/API_Publish.html
    Subject: `${incident.service}: incident ${status}, report ${incident.number}`.slice(0, 100),
    Message: [
      `Incident ${incident.id} of ${incident.service}: ${status}.`,
      '',
      cut(visibleLine(summary), 1_000),
      ...(probableCause
        ? [
            '',
            `Probable cause (confidence ${probableCause.confidence}): ${cut(visibleLine(probableCause.statement), 500)}`,
          ]
        : []),
      ...(waitFor ? ['', `Waiting for: ${waitFor.what}`] : []),
      '',
      `Report: ${location}`,
    ].join('\n'),
  };
}
