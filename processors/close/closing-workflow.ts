/**
 * The workflow that closes days, in the Amazon States Language: the very definition that the CDK deploys and the local
 * Step Functions runs. Its steps and their order are those of `close-next.ts`; here is only the loop.
 */
export const CLOSING_STEP = 'Close the next merchants'

export const closingWorkflow = (functionArn: string) => ({
  Comment: 'Closes days that the archive proves, chunk by chunk.',
  StartAt: CLOSING_STEP,
  // The longest order waits for 17 minutes, and each chunk takes less than 15.
  TimeoutSeconds: 2 * 3_600,
  States: {
    [CLOSING_STEP]: {
      Type: 'Task',
      Resource: functionArn,
      // What cannot heal is an outcome of the step and no error of it.
      Retry: [
        {
          ErrorEquals: ['States.ALL'],
          IntervalSeconds: 2,
          BackoffRate: 2,
          MaxAttempts: 6,
          MaxDelaySeconds: 60,
        },
      ],
      Next: 'What is left?',
    },
    'What is left?': {
      Type: 'Choice',
      Choices: [
        { Variable: '$.next', StringEquals: 'chunk', Next: CLOSING_STEP },
        { Variable: '$.next', StringEquals: 'round', Next: 'Wait for the archive' },
      ],
      Default: 'Done',
    },
    'Wait for the archive': { Type: 'Wait', SecondsPath: '$.waitSeconds', Next: CLOSING_STEP },
    Done: { Type: 'Succeed' },
  },
})
