import Foundation

exit(runChecks())
