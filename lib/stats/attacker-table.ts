import { row } from './table.ts';

/** Every counter that only an attacker has. The names are our own. */
export const attackerTable = {
  attackSent: row('attacks sent', 'a packet of an attack was sent'),
  attackAnswers: row('attacks answers', 'a packet came that answers one of an attack'),
  attackUnsent: row(
    'attacks unsent',
    'a packet of an attack could not be sent: nothing leads there, or it is too long',
  ),
  attackPassed: row('attacks passed', 'a frame was passed on as it came'),
  attackReplaced: row('attacks replaced', 'a packet was not passed on: one with changed bits went in its place'),
  attackForgotten: row(
    'attacks forgotten',
    'a packet that waited to be replayed was forgotten: others came in its place',
  ),
};
