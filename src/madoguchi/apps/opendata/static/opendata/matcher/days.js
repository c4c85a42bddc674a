/* Days as whole numbers (0 = 1970-01-01) and ages as Japanese law counts them. No Date object, no time zone.
 *
 * An age is reached on the day before the anniversary (年齢計算ニ関する法律; 民法143条2項); where that anniversary does
 * not exist, on the last day of its month. A fiscal age (年度年齢) belongs to those born from 2 April to the next 1 April.
 */

const CENTURIES = 146097; // days in 400 years
const MONTH_ENDS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Return the number of a day; the year begins in March, so that the leap day comes last. */
export function dayOf(year, month, day) {
  const shifted = month > 2 ? year : year - 1;
  const era = Math.floor(shifted / 400);
  const ofEra = shifted - era * 400;
  const ofYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return era * CENTURIES + ofEra * 365 + Math.floor(ofEra / 4) - Math.floor(ofEra / 100) + ofYear - 719468;
}

/** Return [year, month, day] of a day's number. */
export function civil(number) {
  const shifted = number + 719468;
  const era = Math.floor(shifted / CENTURIES);
  const ofEra = shifted - era * CENTURIES;
  const leaps = Math.floor(ofEra / 1460) - Math.floor(ofEra / 36524) + Math.floor(ofEra / 146096);
  const years = Math.floor((ofEra - leaps) / 365);
  const ofYear = ofEra - (365 * years + Math.floor(years / 4) - Math.floor(years / 100));
  const place = Math.floor((5 * ofYear + 2) / 153);
  const month = place < 10 ? place + 3 : place - 9;
  const day = ofYear - Math.floor((153 * place + 2) / 5) + 1;
  return [era * 400 + years + (month <= 2 ? 1 : 0), month, day];
}

/** Return the last day of a month. */
export function monthEnd(year, month) {
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return MONTH_ENDS[month - 1] + (leap ? 1 : 0);
}

/** Return the number of a day written YYYY-MM-DD, or null where the text is no day. */
export function readDay(text) {
  const found = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (!found) return null;
  const [year, month, day] = found.slice(1).map(Number);
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > monthEnd(year, month)) return null;
  return dayOf(year, month, day);
}

/** Return a day as YYYY-MM-DD. */
export function writeDay(number) {
  const [year, month, day] = civil(number);
  return `${String(year).padStart(4, "0")}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`;
}

/** Return the day in Japan at a moment given in milliseconds since 1970 (UTC + 9 hours, no summer time). */
export function dayInJapan(milliseconds) {
  return Math.floor((milliseconds + 9 * 3600 * 1000) / 86400000);
}

/** Return completed months on a day; negative before birth. */
export function ageMonths(birth, on) {
  const [year, month, day] = civil(on + 1);
  const [born, bornMonth, bornDay] = civil(birth);
  return (year - born) * 12 + month - bornMonth - (day < bornDay ? 1 : 0);
}

/** Return completed years on a day; negative before birth. */
export function ageYears(birth, on) {
  return Math.floor(ageMonths(birth, on) / 12);
}

/** Return the age that is reached by 31 March of the fiscal year of a day (年度年齢). */
export function fiscalAge(birth, on) {
  const [year, month] = civil(on);
  const [born, bornMonth, bornDay] = civil(birth);
  const cohort = bornMonth > 4 || (bornMonth === 4 && bornDay >= 2) ? born : born - 1;
  return (month >= 4 ? year : year - 1) - cohort;
}

/** Return the plain anniversary (応当日) after so many months; the month's end where the day does not exist. */
export function anniversary(birth, months) {
  const [year, month, day] = civil(birth);
  const whole = year * 12 + month - 1 + months;
  const years = Math.floor(whole / 12);
  const place = whole - years * 12 + 1;
  return dayOf(years, place, Math.min(day, monthEnd(years, place)));
}

/** Return the day on which an age of so many months is reached in law (到達日). */
export function attainedOn(birth, months) {
  const day = anniversary(birth, months);
  return civil(day)[2] === civil(birth)[2] ? day - 1 : day;
}
