/** keeps are how long a token can stay valid beside the one that replaces it. */
export const keeps = [
  { value: '0', name: 'Not at all' },
  { value: '60', name: 'For an hour' },
  { value: '1440', name: 'For a day' },
  { value: '10080', name: 'For a week' },
];
