import { createHash } from 'node:crypto';
import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import type { IncidentReport } from '../incident/incident-report';
import { log } from '../turn/log';
import { visibleLine } from '../incident/visible-text';
import { cut } from './ops-item';

/**
 * Notifies the subscribers of a topic about a report: the summary and the location of the rest. If the topic or its key
 * refuses the message, the report is still published, because the message isn't part of the record. The client retries,
 * and the result shows the failure.
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

/**
 * A FIFO topic requires a group, and keeps the reports of an incident in order. A repeated message is delivered once.
 */
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
