/** What other tools write in the format of a date, and the directive of Liquid for it. */
export const dateLetters: Readonly<Record<string, string>> = {
  YYYY: '%Y',
  yyyy: '%Y',
  YY: '%y',
  yy: '%y',
  MM: '%m',
  DD: '%d',
  dd: '%d',
  HH: '%H',
  hh: '%I',
  mm: '%M',
  ss: '%S',
}
