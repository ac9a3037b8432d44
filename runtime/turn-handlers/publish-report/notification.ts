import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import type { IncidentReport } from '../incident/incident-report';
import { visibleLine } from '../incident/visible-text';
import { cut } from './ops-item';

/** Tells subscribers of a topic that there is a report: the summary and where the rest is. */
export async function notify(
  sns: SNSClient,
  topicArn: string,
  report: IncidentReport,
  location: string,
): Promise<void> {
  const { incident, status, summary, probableCause, waitFor } = report;
  await sns.send(
    new PublishCommand({
      TopicArn: topicArn,
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
    }),
  );
}
