.mode column
select printf('%.0f GB/s', "links.ub_1_0.bandwidth.si" / 1e9) as link,
       "job.sequence" as sequence,
       round(mfu, 3) as mfu,
       round(exposed_communication, 3) as exposed,
       plan
from cases;
