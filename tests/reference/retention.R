# Golden values of peerbook.pathways.retention, by R's survival: Rscript retention.R, in this folder.
suppressMessages(library(survival))

ends <- c("completed", "changed_mentor", "withdrew")

# Published data sets of the package, under names of ours for their events, and small made ones.
with_events <- function(time, event) data.frame(time = as.integer(time), event = as.integer(event))
women <- subset(mgus2, sex == "F")
sets <- list(
  mgus2 = with(women, with_events(ifelse(pstat == 0, futime, ptime),
                                  ifelse(pstat == 0, 2 * death, 1))),
  transplant = with(subset(transplant, abo == "AB"),
                    with_events(futime, match(event, c("censored", "death", "ltx", "withdraw")) - 1)),
  lung = with(lung, with_events(time, status - 1)),
  aml = with(aml, with_events(time, status)),
  ovarian = with(ovarian, with_events(futime, fustat)),
  made_ties = with_events(c(1, 2, 2, 3, 4), c(1, 1, 2, 2, 1)),
  made_ties_with_censored = with_events(c(5, 5, 5, 5, 9, 9), c(1, 1, 2, 0, 3, 0)),
  made_last_censored_late = with_events(c(10, 20, 30, 400), c(1, 2, 1, 0)),
  made_half_stays = with_events(c(1, 2, 3, 4), c(1, 2, 0, 0)),
  made_half_then_more = with_events(c(1, 2, 3, 4), c(1, 2, 1, 0)),
  made_first_day = with_events(c(0, 5, 5, 5), c(1, 1, 2, 0)),
  made_nobody_ended = with_events(c(1, 2, 3, 3), c(0, 0, 0, 0)),
  made_one_ended = with_events(5, 1),
  made_one_goes_on = with_events(5, 0)
)
every_weeks <- c(mgus2 = 4, transplant = 13, lung = 13, aml = 2, ovarian = 13,
                 made_last_censored_late = 4)

estimates <- medians <- counts <- observed <- NULL
for (name in names(sets)) {
  data <- sets[[name]]
  several <- survfit(Surv(time, factor(event, 0:3, c("censored", ends))) ~ 1, data)
  alone <- survfit(Surv(time, event > 0) ~ 1, data)
  row <- function(line, shares, errors, low, high)
    data.frame(set = name, day = alone$time, line = line, share = shares, error = errors,
               low = low, high = high)
  estimates <- rbind(estimates, row("together", alone$surv, alone$std.err * alone$surv,
                                    alone$lower, alone$upper))
  happened <- ends[sort(unique(data$event))]
  for (end in which(several$states %in% happened))
    estimates <- rbind(estimates, row(several$states[end], several$pstate[, end],
                                      several$std.err[, end], several$lower[, end],
                                      several$upper[, end]))
  # As it is printed; quantile() tells another upper end where the band is not monotone (aml: 48).
  half <- summary(alone)$table[c("median", "0.95LCL", "0.95UCL")]
  medians <- rbind(medians, data.frame(set = name, day = half[[1]], low = half[[2]],
                                       high = half[[3]]))
  step <- 7 * if (name %in% names(every_weeks)) every_weeks[[name]] else 1
  times <- seq(0, ceiling(max(data$time) / step) * step, step)
  at <- summary(alone, times = times, extend = TRUE)
  by_end <- summary(several, times = times, extend = TRUE)$n.event
  of_end <- function(end) if (end %in% several$states) by_end[, several$states == end] else 0
  counts <- rbind(counts, data.frame(set = name, every = step / 7, time = times / 7,
                                     at_risk = at$n.risk, sapply(ends, of_end, simplify = FALSE),
                                     censored = at$n.censor))
  observed <- rbind(observed, data.frame(set = name, day = data$time,
                                         end = c("", ends)[data$event + 1]))
}

save_as <- function(table, file) {
  numbers <- sapply(table, is.double)
  table[numbers] <- lapply(table[numbers], signif, 12)
  write.csv(table, file, row.names = FALSE, quote = FALSE, na = "")
}
save_as(observed, "retention_observed.csv")
save_as(estimates, "retention_estimates.csv")
save_as(medians, "retention_medians.csv")
save_as(counts, "retention_at_risk.csv")
