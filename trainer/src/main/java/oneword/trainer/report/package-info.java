/**
 * {@code report.html}: what a run did, on one page that needs no network.
 *
 * <p>While it runs, a {@link oneword.trainer.report.RunJournal} keeps in {@code report.json} what no other file of the
 * run holds: the cosines behind the scores, the similarities of a few sentences, sessions and how they ended. From the
 * run's folder alone, {@link oneword.trainer.report.RunReport} makes the page, of a run that is finished, stopped,
 * failed or still at work.
 */
package oneword.trainer.report;
