/** isMac tells whether the keyboard has a Command key in place of Control. */
export const isMac = /Mac|iPhone|iPad/.test(navigator.userAgent);
