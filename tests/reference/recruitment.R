# Values that tests/recruitment compares with. Run from the folder of this file: Rscript recruitment.R
# Base R only (stats::prop.test, stats::poisson.test, stats::binom.test).
wilson <- function(x, n) prop.test(x, n, correct = FALSE)$conf.int
out <- data.frame()
for (pair in list(c(0, 5), c(1, 10), c(3, 10), c(5, 5), c(26, 30), c(17, 51), c(34, 51))) {
  ci <- suppressWarnings(wilson(pair[1], pair[2]))
  out <- rbind(out, data.frame(what = "wilson", a = pair[1], b = pair[2], c = 0, d = 0, low = ci[1], high = ci[2]))
}
for (x in c(0, 1, 2, 5, 10, 27)) {
  ci <- poisson.test(x)$conf.int
  out <- rbind(out, data.frame(what = "poisson", a = x, b = 0, c = 0, d = 0, low = ci[1], high = ci[2]))
}
# count and days, other count and other days: the conditional test of two Poisson rates
for (q in list(c(9, 28, 14, 147), c(0, 28, 14, 147), c(3, 28, 0, 100), c(5, 28, 33, 182))) {
  ci <- poisson.test(c(q[1], q[3]), c(q[2], q[4]))$conf.int
  out <- rbind(out, data.frame(what = "ratio", a = q[1], b = q[2], c = q[3], d = q[4], low = ci[1], high = ci[2]))
}
options(digits = 15)
write.csv(format(out, digits = 15, trim = TRUE), "recruitment.csv", row.names = FALSE, quote = FALSE)
